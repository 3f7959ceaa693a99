/** How an HTTP target can be wrong: each in place of the answer that it should give. */
import { reply, type Fault } from './contract-target.ts';

export const sick: Fault = (response) => response.writeHead(500).end('out of order');

export const gone: Fault = (response) => response.writeHead(404).end('no such page');

export const mumbling: Fault = (response) => response.writeHead(200).end('<html>hello</html>');

export const noHttp: Fault = (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');

export const moved: Fault = (response) =>
  response.writeHead(302, { location: 'https://elsewhere.example/app' }).end();

export const silent: Fault = () => undefined;

/** Does at once what was asked, and says so when nobody waits any longer. */
export const tooLate: Fault = (response, act) => {
  const said = act();
  setTimeout(() => {
    reply(response, said);
  }, 70_000).unref();
};

/** In time, though far from soon: three such answers in a row take longer than an attempt at a question may. */
export const slow: Fault = (response, act) => {
  setTimeout(() => {
    reply(response, act());
  }, 13_000);
};

/** Starts this one, whatever was asked for. */
export const starting =
  (version: string): Fault =>
  (response, act) => {
    reply(response, act({ version }));
  };

/** Says that it has given up on a track. */
export const failing =
  (why: string): Fault =>
  (response) => {
    reply(response, { status: 200, body: { alive: false, versions: [], fence: true, failed: why } });
  };

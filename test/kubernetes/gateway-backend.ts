/** The program in the pods behind a gateway: it answers with its track, to HTTP on 8080 and to gRPC on 8081. */
export const backend = `
const http = require('node:http'), http2 = require('node:http2');
const track = process.env.TRACK;
http.createServer((request, response) => response.end(track)).listen(8080);
const grpc = http2.createServer();
grpc.on('stream', (stream) => {
  stream.on('error', () => undefined);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const text = Buffer.from(track), field = Buffer.concat([Buffer.from([10, text.length]), text]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(field.length, 1);
  stream.end(Buffer.concat([head, field]));
});
grpc.listen(8081);
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 3000));
`;

/** The track in an answer of the program to a call. */
export function trackOfCall(message: Buffer): string {
  return message.subarray(7).toString();
}

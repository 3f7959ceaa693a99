/** An environment variable, as help and documentation print it. */
interface Variable {
  what: string;
  default: string;
}

/** Every variable there is. */
export const variables = {
  COALMINE_ALLOW_HOSTS: {
    what: 'Hosts that specs may use, comma separated: host, host:port, *.example.com, loopback',
    default: 'none',
  },
  COALMINE_ALLOW_SECRETS: {
    what: 'Environment variables that specs may refer to as secrets, comma separated: NAME@host, NAME@host:port (several for one name), NAME@command; NAME: to every allowed host',
    default: 'none',
  },
  COALMINE_ALLOW_COMMANDS: {
    what: 'Commands that specs may run as their load, comma separated: names on PATH, absolute paths',
    default: 'none',
  },
  COALMINE_ALLOW_DIRECTORIES: {
    what: 'Directories that specs may have the worker write to, comma separated absolute paths: each itself, without those below it',
    default: 'none',
  },
  COALMINE_ALLOW_SOCKETS: {
    what: 'Unix domain sockets that specs may use, comma separated absolute paths, such as /var/run/docker.sock; whoever may start a rollout has then the rights of that socket: root, for that of Docker',
    default: 'none',
  },
  COALMINE_ALLOW_IMAGES: {
    what: 'Images that specs may use, comma separated repositories without tags: shop/checkout, registry.example.com/shop/*, or *',
    default: '*',
  },
  COALMINE_ALLOW_NAMESPACES: {
    what: "Kubernetes namespaces that specs may use, comma separated: NAMESPACE, CONTEXT/NAMESPACE with a context of the worker's kubeconfig; * stands for any characters",
    default: 'none',
  },
  COALMINE_PAYLOAD_KEYS: {
    what: 'Keys for what Temporal stores, id:key with 32 bytes in base64, comma separated: the first encrypts, all decrypt; `plain` first encrypts nothing yet',
    default: 'none: plain text',
  },
  COALMINE_PAYLOAD_KEYS_FILE: {
    what: 'Path of a file with these keys, instead of the variable',
    default: 'none',
  },
  COALMINE_ALLOW_COMMAND_ENV: {
    what: 'Names of environment variables that specs may set for those commands, comma separated',
    default: 'none',
  },
  COALMINE_EFFECT_SLOTS: { what: 'Effects that one worker runs at a time', default: '100' },
  COALMINE_WATCH_SLOTS: { what: 'Bakes that one worker watches at a time', default: '1000' },
  COALMINE_LOAD_SLOTS: {
    what: 'Load runs that one worker has at a time, those that wait their turn included',
    default: '20',
  },
  COALMINE_LOAD_RATE: {
    what: 'Requests a second that the load runs of one worker send at most in all; those that do not fit wait their turn, small ones in a tenth more of their own',
    default: '2000',
  },
  COALMINE_CACHED_ROLLOUTS: {
    what: 'Rollouts that one worker keeps in memory; of any other it reads the history again',
    default: 'as its memory allows',
  },
  COALMINE_SHUTDOWN_GRACE: {
    what: 'Seconds that effects under way get to end once the worker is told to end',
    default: '10',
  },
  COALMINE_HEALTH_ADDRESS: {
    what: 'Where the worker answers /healthz and /readyz, host:port',
    default: 'none',
  },
  COALMINE_METRICS_ADDRESS: {
    what: 'Where the worker answers /metrics for Prometheus, host:port',
    default: 'none',
  },
  COALMINE_LOG: { what: 'Form of what the worker logs, a line per record: text, json', default: 'text' },
  COALMINE_LOG_LEVEL: { what: 'What the worker logs at least: debug, info, warn, error', default: 'info' },
  TEMPORAL_ADDRESS: {
    what: 'Address of the Temporal server, host:port',
    default: 'the server of `coalmine dev`',
  },
  TEMPORAL_NAMESPACE: { what: 'Temporal namespace', default: 'default' },
  TEMPORAL_PROFILE: { what: "Profile in Temporal's configuration file", default: 'default' },
  TEMPORAL_CONFIG_FILE: { what: "Temporal's configuration file", default: 'that of the `temporal` CLI' },
  TEMPORAL_API_KEY: { what: 'API key for the Temporal server', default: 'none' },
  'TEMPORAL_TLS…': {
    what: 'TLS to the Temporal server, named as the `temporal` CLI names it',
    default: 'off; on with an API key',
  },
  TEMPORAL_CLI_PATH: {
    what: 'Path of the `temporal` binary that `coalmine dev` runs',
    default: 'the one on PATH, else downloaded',
  },
  XDG_CACHE_HOME: { what: 'Directory in which coalmine/ keeps downloads', default: '~/.cache' },
} as const satisfies Record<string, Variable>;

/** Containers and images as an engine tells of them, with what a test changes. */
import {
  imageInspected,
  inspected,
  type Image,
  type Inspected,
} from '../../../../activities/deployers/docker/inspected.ts';

const id = '0573c6b3a54efe11e6326f83a678bb8eb3d1bd29244e3971ad6872fd939f7b5d';

interface Parts {
  Name?: string;
  Id?: string;
  Image?: string;
  RestartCount?: number;
  State?: Record<string, unknown>;
  Config?: Record<string, unknown>;
  HostConfig?: Record<string, unknown>;
  Mounts?: unknown[];
  Networks?: Record<string, unknown>;
}

/** A container that compose runs on Docker 20.10, in one network. */
export function container({ State, Config, HostConfig, Networks, ...parts }: Parts = {}): Inspected {
  return inspected.parse({
    Id: id,
    Name: '/shop-web-1',
    Image: 'sha256:old',
    RestartCount: 0,
    Mounts: [],
    ...parts,
    State: {
      Status: 'running',
      Running: true,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-11-28T13:00:00.000000000Z',
      ...State,
    },
    Config: {
      Hostname: id.slice(0, 12),
      Domainname: '',
      User: '',
      AttachStdout: true,
      Tty: false,
      Env: ['PATH=/usr/bin:/bin', 'LEVEL=info', 'DB_PASSWORD=hush', 'TUNING=old'],
      Cmd: ['node', '/srv.js'],
      Image: 'shop/checkout:2.3.9',
      Volumes: null,
      WorkingDir: '/app',
      Entrypoint: null,
      OnBuild: null,
      Labels: {
        'com.docker.compose.service': 'web',
        'com.docker.compose.config-hash': 'abc',
        'traefik.http.routers.web.rule': 'Host(`shop.example`)',
        team: 'checkout',
        vendor: 'shop',
      },
      ...Config,
    },
    HostConfig: {
      NetworkMode: 'shop_default',
      Binds: null,
      Links: null,
      PortBindings: {},
      RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      AutoRemove: false,
      ContainerIDFile: '',
      IpcMode: 'private',
      PidMode: '',
      Memory: 0,
      MemorySwap: 0,
      CapAdd: ['NET_ADMIN'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
      ...HostConfig,
    },
    NetworkSettings: {
      Ports: {},
      Networks: {
        shop_default: {
          IPAMConfig: { IPv4Address: '10.5.0.7' },
          Links: null,
          Aliases: ['shop-web-1', 'web', 'checkout', id.slice(0, 12)],
          NetworkID: 'ce15e3696ab4',
          MacAddress: '02:42:ac:12:00:02',
          DriverOpts: null,
        },
        ...Networks,
      },
    },
  });
}

/** The image that it was made from. */
export function image(Config: Record<string, unknown> = {}): Image {
  return imageInspected.parse({
    Id: 'sha256:old',
    Os: 'linux',
    Architecture: 'amd64',
    Config: {
      Env: ['PATH=/usr/bin:/bin', 'TUNING=old'],
      Cmd: ['node', '/srv.js'],
      Entrypoint: null,
      WorkingDir: '/app',
      User: '',
      Labels: { vendor: 'shop' },
      ...Config,
    },
  });
}

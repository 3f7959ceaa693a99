/** What a node consists of, in the order in which its parts need one another. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfigOf, pki, tokenOf } from './credentials.ts';
import { addresses, folder, name, network } from './place.ts';

/** By the names of their programs. */
export const parts = [
  'etcd',
  'containerd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'traefik',
  'prometheus',
] as const;
export type Part = (typeof parts)[number];

/** The image that holds a pod's namespaces. */
export const pause = 'docker.io/coalmine-node/pause:1';

const { node, pods, services } = network;
const config = (file: string): string => join(folder, 'config', file);
const data = (part: Part): string => join(folder, 'data', part);

/** What each is started with. */
export const argumentsOf: Record<Part, string[]> = {
  etcd: [
    `--data-dir=${data('etcd')}`,
    `--listen-client-urls=http://${node}:2379`,
    `--advertise-client-urls=http://${node}:2379`,
    `--listen-peer-urls=http://${node}:2380`,
    // What is lost at a crash of the machine is lost with the node.
    '--unsafe-no-fsync',
  ],
  containerd: [`--config=${config('containerd.toml')}`],
  'kube-apiserver': [
    `--etcd-servers=http://${node}:2379`,
    `--bind-address=${node}`,
    `--advertise-address=${node}`,
    `--service-cluster-ip-range=${services}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--token-auth-file=${pki('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged',
    `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${pki('accounts.key')}`,
    `--service-account-key-file=${pki('accounts.key')}`,
    // For metrics.k8s.io, which is served by another.
    '--enable-aggregator-routing',
    `--proxy-client-cert-file=${pki('front-proxy.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy.key')}`,
    `--requestheader-client-ca-file=${pki('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ],
  'kube-controller-manager': [
    `--kubeconfig=${kubeconfigOf('kube-controller-manager')}`,
    `--bind-address=${node}`,
    '--leader-elect=false',
    '--use-service-account-credentials',
    `--service-account-private-key-file=${pki('accounts.key')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    // A node without its kubelet is not ready after 10 s, not 50, and its pods go after 5 more.
    '--node-monitor-period=2s',
    '--node-monitor-grace-period=10s',
    '--horizontal-pod-autoscaler-sync-period=5s',
  ],
  'kube-scheduler': [
    `--kubeconfig=${kubeconfigOf('kube-scheduler')}`,
    `--bind-address=${node}`,
    '--leader-elect=false',
  ],
  'kube-proxy': [`--config=${config('kube-proxy.json')}`],
  kubelet: [
    `--config=${config('kubelet.json')}`,
    `--kubeconfig=${kubeconfigOf('kubelet')}`,
    `--hostname-override=${name}`,
    `--node-ip=${node}`,
  ],
  traefik: [
    `--entrypoints.web.address=${node}:8000`,
    `--entrypoints.metrics.address=${node}:8082`,
    '--metrics.prometheus',
    '--metrics.prometheus.entrypoint=metrics',
    '--metrics.prometheus.addServicesLabels',
    '--metrics.prometheus.addRoutersLabels',
    '--providers.kubernetesgateway',
    `--providers.kubernetesgateway.endpoint=${addresses.api}`,
    `--providers.kubernetesgateway.token=${tokenOf('traefik')}`,
    `--providers.kubernetesgateway.certauthfilepath=${pki('ca.crt')}`,
    `--providers.kubernetesgateway.statusaddress.ip=${node}`,
    '--providers.kubernetesgateway.throttleduration=0s',
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
  ],
  prometheus: [
    `--config.file=${config('prometheus.json')}`,
    `--storage.tsdb.path=${data('prometheus')}`,
    `--web.listen-address=${node}:9090`,
  ],
};

/** Writes what the parts read. */
export async function writeConfigs(): Promise<void> {
  await mkdir(join(folder, 'config', 'cni'), { recursive: true });
  for (const part of ['etcd', 'containerd', 'prometheus'] as const)
    await mkdir(data(part), { recursive: true, mode: 0o700 });
  await writeFile(config('containerd.toml'), containerd);
  await writeFile(config('cni/10-pods.conflist'), JSON.stringify(cni));
  await writeFile(config('kubelet.json'), JSON.stringify(kubelet));
  await writeFile(config('kube-proxy.json'), JSON.stringify(proxy));
  await writeFile(config('prometheus.json'), JSON.stringify(prometheus));
}

const containerd = `
version = 2
root = "${data('containerd')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  # Without CAP_SYS_RESOURCE nobody may make a process less likely to be killed.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${config('cni')}"
`;

const cni = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

const kubelet = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: node,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: pki('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${name}`,
  failCgroupV1: false,
  failSwapOn: false,
  enforceNodeAllocatable: [],
  localStorageCapacityIsolation: false,
  makeIPTablesUtilChains: false,
  nodeStatusUpdateFrequency: '2s',
  nodeLeaseDurationSeconds: 8,
  maxPods: 250,
  clusterDomain: 'cluster.local',
  clusterDNS: [node],
  // A full disk of this machine is nobody's fault here.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: { 'memory.available': '100Mi' },
};

const proxy = {
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clientConnection: { kubeconfig: kubeconfigOf('kube-proxy') },
  hostnameOverride: name,
  bindAddress: node,
  healthzBindAddress: `${node}:10256`,
  metricsBindAddress: `${node}:10249`,
  detectLocalMode: 'ClusterCIDR',
  clusterCIDR: pods,
  iptables: { minSyncPeriod: '100ms' },
  // Settings of the kernel that all of its networks share stay as they are.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
};

const prometheus = {
  global: { scrape_interval: '1s' },
  scrape_configs: [{ job_name: 'traefik', static_configs: [{ targets: [`${node}:8082`] }] }],
};

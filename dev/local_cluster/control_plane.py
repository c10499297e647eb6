"""The control plane: etcd, the API server, the controller manager and, where there is a node, the scheduler."""

from __future__ import annotations

from pathlib import Path

from . import cache
from .certificates import Certificates
from .probes import answers
from .state import LOOPBACK, NODE_ADDRESS, ClusterState, Listener

SERVICE_RANGE = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
POD_RANGE = "10.244.0.0/16"

# Without a node nothing runs: these keep namespaces, owners and service accounts as a real cluster does, and leave the
# status of workloads and claims to the test.
_CONTROLLERS_WITHOUT_NODE = (
    "namespace-controller,garbage-collector-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,"
    "clusterrole-aggregation-controller"
)


def listeners(has_node: bool) -> dict[str, Listener]:
    """The listeners that need a port."""
    wanted = {
        "etcd": Listener(LOOPBACK, "etcd"),
        "etcd-peer": Listener(LOOPBACK, "etcd"),
        "kube-controller-manager": Listener(LOOPBACK, "kube-controller-manager"),
    }
    if not has_node:
        return {**wanted, "kube-apiserver": Listener(LOOPBACK, "kube-apiserver")}
    wanted["kube-apiserver"] = Listener(NODE_ADDRESS, "kube-apiserver", 6443)
    return {**wanted, "kube-scheduler": Listener(LOOPBACK, "kube-scheduler")}


def certificates(state: ClusterState) -> Certificates:
    """The cluster's certificates: the control plane's and the admin's are there after write_configuration."""
    return Certificates(state.directory / "certificates")


def write_configuration(state: ClusterState) -> None:
    """Certificates and kubeconfigs; those that are there stay."""
    made = certificates(state)
    made.ensure_authority()
    made.ensure_service_account_key()
    names = ["DNS:localhost", "DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc"]
    names += ["DNS:kubernetes.default.svc.cluster.local", f"IP:{LOOPBACK}", f"IP:{API_SERVICE_ADDRESS}"]
    made.ensure_server("kube-apiserver", "kube-apiserver", [*names, f"IP:{NODE_ADDRESS}"])
    made.ensure_client("admin", "admin", "system:masters")
    made.ensure_client("kubelet-client", "kube-apiserver-kubelet-client", "system:masters")
    made.write_kubeconfig(state.kubeconfig, "admin", state.server)
    for component in controllers(state):
        made.ensure_client(component, f"system:{component}")
        made.write_kubeconfig(_kubeconfig(state, component), component, state.server)


def start_storage(state: ClusterState) -> None:
    """Starts etcd."""
    client = f"http://{LOOPBACK}:{state.ports['etcd']}"
    peer = f"http://{LOOPBACK}:{state.ports['etcd-peer']}"
    command = [str(cache.binary("etcd")), "--name=default", f"--data-dir={state.directory / 'etcd'}"]
    command += [f"--listen-client-urls={client}", f"--advertise-client-urls={client}"]
    command += [f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"]
    command += [f"--initial-cluster=default={peer}", "--unsafe-no-fsync", "--log-level=warn"]
    state.processes.start("etcd", command)
    state.processes.wait("etcd", lambda: storage_is_ready(state))


def storage_is_ready(state: ClusterState) -> bool:
    """Whether etcd says that it is healthy."""
    return answers(f"http://{LOOPBACK}:{state.ports['etcd']}/health")


def start_api_server(state: ClusterState) -> None:
    """Starts the API server and does not wait for it."""
    made = certificates(state)
    command = [str(cache.binary("kube-apiserver"))]
    command += [f"--etcd-servers=http://{LOOPBACK}:{state.ports['etcd']}"]
    command += [f"--bind-address={state.address}", f"--secure-port={state.ports['kube-apiserver']}"]
    command += [f"--advertise-address={state.address}"]
    if not state.has_node:
        command.append("--endpoint-reconciler-type=none")  # the address of an endpoint may not be loopback
    command += [f"--service-cluster-ip-range={SERVICE_RANGE}", "--authorization-mode=Node,RBAC", "--allow-privileged"]
    command += [f"--client-ca-file={made.certificate('ca')}"]
    command += [f"--tls-cert-file={made.certificate('kube-apiserver')}"]
    command += [f"--tls-private-key-file={made.key('kube-apiserver')}", f"--cert-dir={state.directory}"]
    command += ["--service-account-issuer=https://kubernetes.default.svc.cluster.local"]
    command += [f"--service-account-key-file={state.directory / 'certificates' / 'service-account.pub'}"]
    command += [f"--service-account-signing-key-file={made.key('service-account')}"]
    command += [f"--kubelet-client-certificate={made.certificate('kubelet-client')}"]
    command += [f"--kubelet-client-key={made.key('kubelet-client')}"]
    command += [f"--kubelet-certificate-authority={made.certificate('ca')}"]
    command += ["--kubelet-preferred-address-types=InternalIP", "--enable-admission-plugins=NodeRestriction"]
    command += ["--profiling=false"]
    state.processes.start("kube-apiserver", command)


def wait_for_api_server(state: ClusterState) -> None:
    """Waits until the API server says that it is ready."""
    state.processes.wait("kube-apiserver", lambda: api_server_is_ready(state))


def start_controllers(state: ClusterState) -> None:
    """Starts the controller manager, and the scheduler where there is a node; waits until they are healthy."""
    made = certificates(state)
    kubeconfig = _kubeconfig(state, "kube-controller-manager")
    command = [str(cache.binary("kube-controller-manager")), f"--kubeconfig={kubeconfig}", "--leader-elect=false"]
    command += [f"--bind-address={LOOPBACK}", f"--secure-port={state.ports['kube-controller-manager']}"]
    command += [f"--cert-dir={state.directory}", f"--root-ca-file={made.certificate('ca')}"]
    command += [f"--service-account-private-key-file={made.key('service-account')}", "--profiling=false"]
    command += ["--use-service-account-credentials"]
    command += [f"--flex-volume-plugin-dir={state.directory / 'volume-plugins'}"]
    if state.has_node:
        command += [f"--cluster-signing-cert-file={made.certificate('ca')}"]
        command += [f"--cluster-signing-key-file={made.key('ca')}", f"--cluster-cidr={POD_RANGE}"]
        command += ["--allocate-node-cidrs=false", "--enable-hostpath-provisioner=true"]
        command += ["--pvclaimbinder-sync-period=2s", "--node-monitor-grace-period=40s"]
    else:
        command += [f"--controllers={_CONTROLLERS_WITHOUT_NODE}"]
    state.processes.start("kube-controller-manager", command, files=[kubeconfig])
    if state.has_node:
        kubeconfig = _kubeconfig(state, "kube-scheduler")
        command = [str(cache.binary("kube-scheduler")), f"--kubeconfig={kubeconfig}"]
        command += ["--leader-elect=false", f"--bind-address={LOOPBACK}", "--profiling=false"]
        command += [f"--secure-port={state.ports['kube-scheduler']}"]
        state.processes.start("kube-scheduler", command, files=[kubeconfig])
    for component in controllers(state):
        state.processes.wait(component, lambda component=component: controller_is_ready(state, component))


def controllers(state: ClusterState) -> list[str]:
    """The processes beside etcd and the API server."""
    return ["kube-controller-manager", "kube-scheduler"] if state.has_node else ["kube-controller-manager"]


def controller_is_ready(state: ClusterState, component: str) -> bool:
    """Whether the controller manager or the scheduler says that it is healthy."""
    return answers(f"https://{LOOPBACK}:{state.ports[component]}/healthz")


def api_server_is_ready(state: ClusterState) -> bool:
    """One question to /readyz, with the cluster's own authority."""
    return answers(f"{state.server}/readyz", certificates(state).certificate("ca"))


def _kubeconfig(state: ClusterState, component: str) -> Path:
    return state.directory / f"{component}.kubeconfig"

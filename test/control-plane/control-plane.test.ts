import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureBinaries } from './binaries.ts';
import { startControlPlane, startOn } from './control-plane.ts';
import { changeEnvironment } from './environment.ts';
import { eventually } from './eventually.ts';
import { temporaryDirectory } from './guard.ts';
import { onFreePorts } from './ports.ts';
import { processesOf } from './processes.ts';
import { useControlPlane } from './shared-control-plane.ts';

test('a Deployment becomes Available', async () => {
  const { kubectl, namespace } = await freshNamespace('deployment');
  await succeeds(kubectl(['create', 'deployment', 'web', '--image=web', '--replicas=3', ...namespace]));
  await succeeds(kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=20s', ...namespace]));
  const ready = await succeeds(kubectl(['get', 'deployment/web', '-o=jsonpath={.status.readyReplicas}', ...namespace]));
  assert.equal(ready, '3');
});

test('a Service gets the addresses of its pods', async () => {
  const { kubectl, namespace } = await freshNamespace('service');
  await succeeds(kubectl(['create', 'deployment', 'web', '--image=web', '--port=80', ...namespace]));
  await succeeds(kubectl(['expose', 'deployment/web', ...namespace]));
  await eventually(
    async () => {
      const addresses = await kubectl([
        'get',
        'endpointslices',
        '-o=jsonpath={.items[*].endpoints[*].addresses}',
        ...namespace,
      ]);
      assert.match(addresses.stdout, /10\.244\./);
    },
    { timeoutMs: 20_000 },
  );
});

test('the garbage collector removes what a deleted owner leaves', async () => {
  const { kubectl, namespace } = await freshNamespace('garbage');
  await succeeds(kubectl(['create', 'deployment', 'web', '--image=web', ...namespace]));
  await succeeds(kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=20s', ...namespace]));
  await succeeds(kubectl(['delete', 'deployment/web', '--cascade=background', ...namespace]));
  await eventually(
    async () => assert.equal(await succeeds(kubectl(['get', 'replicasets,pods', '-o=name', ...namespace])), ''),
    { timeoutMs: 20_000, what: 'the removal of ReplicaSet and pod' },
  );
});

test('the syncer is its ServiceAccount, which may do nothing until it is allowed to', async () => {
  const { kubectl } = useControlPlane();
  const name = await succeeds(kubectl(['auth', 'whoami', '-o=jsonpath={.status.userInfo}'], { context: 'syncer' }));
  const user = JSON.parse(name) as { username: string; groups: string[] };
  assert.equal(user.username, 'system:serviceaccount:elasticweb-system:elasticweb-syncer');
  assert.deepEqual(user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:elasticweb-system',
    'system:authenticated',
  ]);
  const { code, stderr } = await kubectl(['get', 'secrets', '-A'], { context: 'syncer' });
  assert.equal(code, 1);
  assert.match(stderr, /^Error from server \(Forbidden\)/);
});

test('kubectl reads its standard input, and a failing one is a result', async () => {
  const { kubectl } = useControlPlane();
  const stdin = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: 1 }\n';
  const { code, stdout, stderr } = await kubectl(['apply', '--filename=-'], { stdin });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /unable to decode "STDIN"/);
});

test('a kubectl that takes too long is an error that says which', async () => {
  const { kubectl } = useControlPlane();
  const waiting = kubectl(['get', 'namespaces', '--watch'], { timeoutMs: 300 });
  await assert.rejects(waiting, /^Error: kubectl get namespaces --watch did not end within 300 ms/);
});

test('the audit log has each answered request once, with user and verb', async () => {
  const { kubectl, directory } = useControlPlane();
  await succeeds(kubectl(['get', 'configmaps', '--namespace=audited'], { context: 'admin' }));
  const events = readFileSync(join(directory, 'audit.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { verb: string; user: { username: string }; objectRef?: { namespace?: string } })
    .filter(({ objectRef }) => objectRef?.namespace === 'audited');
  assert.deepEqual(
    events.map(({ verb, user }) => [verb, user.username]),
    [['list', 'admin']],
  );
});

test('a control plane knows the manifests from its start, survives a restart of its API server, and leaves nothing', async () => {
  await using files = temporaryDirectory('elasticweb-test-');
  const widgets = join(files.path, 'crd.yaml');
  writeFileSync(widgets, widgetDefinition);
  await using controlPlane = await startControlPlane({ manifests: [widgets], scheduler: false, kwok: false });
  const { kubectl, server, directory } = controlPlane;

  await succeeds(
    kubectl(['apply', '--filename=-'], {
      stdin: 'kind: Widget\napiVersion: example.com/v1\nmetadata: { name: owner }\n',
    }),
  );
  const uid = await succeeds(kubectl(['get', 'widget/owner', '-o=jsonpath={.metadata.uid}']));
  await succeeds(kubectl(['apply', '--filename=-'], { stdin: ownedConfigMap(uid) }));

  await succeeds(kubectl(['delete', 'widget/owner']));
  await eventually(async () => assert.equal((await kubectl(['get', 'configmap/owned'])).code, 1), {
    timeoutMs: 20_000,
    what: 'the garbage collection of what a custom resource owned',
  });

  await controlPlane.restartApiServer();
  await succeeds(kubectl(['get', 'customresourcedefinition/widgets.example.com']));

  assert.notEqual(processesOf(directory).length, 0);
  await Promise.all([controlPlane.stop(), controlPlane.stop()]);
  assert.deepEqual(processesOf(directory), []);
  assert.ok(!(await isListening(server)));
  assert.ok(!existsSync(directory));
});

test('a start that fails says why and leaves nothing', async () => {
  await using owned = new AsyncDisposableStack();
  const files = owned.use(temporaryDirectory('elasticweb-test-'));
  const manifest = join(files.path, 'nonsense.yaml');
  writeFileSync(manifest, 'kind: Nonsense\napiVersion: example.com/v1\nmetadata: { name: it }\n');
  owned.use(changeEnvironment({ TMPDIR: files.path }));
  const starting = startControlPlane({ manifests: [manifest], scheduler: false, kwok: false });
  await assert.rejects(starting, /^Error: kubectl apply .* ended with code 1: .*no matches for kind "Nonsense"/s);
  assert.deepEqual(processesOf(files.path), []);
  assert.deepEqual(readdirSync(files.path), ['nonsense.yaml']);
});

test('a port that another etcd has taken is seen, even if that one answers in its place', async () => {
  await using owned = new AsyncDisposableStack();
  const impostor = createServer((_, response) => response.end('{"health":"true"}')).listen(0, '127.0.0.1');
  owned.defer(() => void impostor.close());
  await once(impostor, 'listening');
  const { port } = impostor.address() as AddressInfo;
  const others = await onFreePorts(2, (ports) => Promise.resolve(ports));
  const starting = startOn([port, ...others], await ensureBinaries(['kubernetes']), {});
  await assert.rejects(starting, /^ProgramError: etcd: ended with code 1 .*address already in use/s);
});

test('without the set-up of a test run, one sentence says how to start it', () => {
  using owned = new DisposableStack();
  owned.use(changeEnvironment({ ELASTICWEB_TEST_CONTROL_PLANE: undefined }));
  assert.throws(
    () => useControlPlane(),
    /^Error: this test needs the control plane of a test run: start it with `npm test`/,
  );
});

test('a control plane whose owner is killed goes with it', async () => {
  const start = `
    import { startControlPlane } from '${import.meta.dirname}/control-plane.ts';
    const { server, directory } = await startControlPlane({ scheduler: false, kwok: false });
    process.stdout.write(JSON.stringify({ server, directory }));
    setInterval(() => {}, 1000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', start], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(owner.stdout, 'data')) as [Buffer];
  const { server, directory } = JSON.parse(said.toString()) as { server: string; directory: string };
  assert.ok(await isListening(server));
  owner.kill('SIGKILL');
  await eventually(() => processesOf(directory).length === 0, { timeoutMs: 10_000, what: 'the end of its processes' });
  await eventually(() => !existsSync(directory), { timeoutMs: 10_000, what: `the removal of ${directory}` });
  await eventually(async () => !(await isListening(server)), { timeoutMs: 10_000, what: `the closing of ${server}` });
});

async function freshNamespace(name: string) {
  const { kubectl } = useControlPlane();
  await succeeds(kubectl(['create', 'namespace', name]));
  return { kubectl, namespace: [`--namespace=${name}`] };
}

/** The output of a kubectl that must succeed. */
async function succeeds(running: Promise<{ code: number; stdout: string; stderr: string }>): Promise<string> {
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stderr);
  return stdout;
}

async function isListening(server: string): Promise<boolean> {
  const socket = connect(Number(new URL(server).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

function ownedConfigMap(uid: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata:
  name: owned
  ownerReferences: [{ apiVersion: example.com/v1, kind: Widget, name: owner, uid: ${uid} }]
`;
}

/** The examples in docs/ for GitOps tools, and what a cdk8s app writes into Git, against a real API server. */

import assert from 'node:assert/strict';
import { copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { ElasticWeb, type ElasticWebProps } from '../../src/construct/elastic-web.ts';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import { asYaml, charted } from '../construct/rendered.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { established } from '../control-plane/established.ts';
import { goModuleDirectory } from '../control-plane/go-module-files.ts';
import { ARGO_CD, CLIENT_SIDE, difference, find, FLUX, INSTALL, type Installed, run } from './installation.ts';

const docs = join(import.meta.dirname, '../../docs');
const controlPlane = await startControlPlane({ controllers: false, scheduler: false, kwok: false });
after(() => controlPlane.stop());
const { kubectl } = controlPlane;

test('the examples for Argo CD and Flux are what their CRDs ask for, to the last field', async () => {
  const crds = await publishedCrds();
  for (const file of crds) await run(kubectl, 'apply', '--server-side', '-f', file);
  await established(kubectl);
  for (const namespace of ['argocd', 'flux-system']) await run(kubectl, 'create', 'namespace', namespace);
  const isForArgo = ({ kind }: Installed) => kind === 'Application' || kind === 'AppProject';
  let checked = 0;

  for (const file of globSync('{argocd,flux}/*.yaml', { cwd: docs })) {
    const object = parse(readFileSync(join(docs, file), 'utf8')) as Installed;
    if (object.kind === 'ConfigMap') continue; // Merged into the one that Argo CD has.
    assert.equal(object.metadata.namespace, isForArgo(object) ? 'argocd' : 'flux-system', file);
    const flags = ['--server-side', '--dry-run=server', '--validate=strict'];
    await run(kubectl, 'apply', ...flags, '-f', join(docs, file));
    const misspelt = JSON.stringify({ ...object, spec: { ...(object.spec as object), misspelt: true } });
    assert.notEqual((await kubectl(['apply', ...flags, '-f', '-'], { stdin: misspelt })).code, 0, 'nothing is checked');
    checked += 1;
  }
  assert.equal(checked, 8);
});

test('the Kustomize example changes image and flags of the syncer, and nothing else', async () => {
  const original = documents(readFileSync(INSTALL, 'utf8'));

  const built = await kustomize();

  const container = { image: 'registry.example.com/elasticweb:0.1.0', args: argsOf(original) };
  container.args.push('--prometheus-url=http://prometheus.monitoring:9090', '--scrape-interval=30');
  assert.deepEqual(
    byName(built),
    byName(original.map((one) => (one.kind === 'Deployment' ? withContainer(one, container) : one))),
  );
});

test('with a namespace of its own in it, everything moves there, as with the construct', async () => {
  const built = await kustomize({ namespace: 'ops', images: [], patches: [] });

  const install = charted((scope) => new ElasticWebInstall(scope, 'install', { namespace: 'ops' }));
  assert.deepEqual(byName(built), byName(install as unknown as Installed[]));
});

const APP: ElasticWebProps = {
  image: 'nginx:1.29',
  port: 80,
  podPort: 8080,
  mtargetPort: 9090,
  singlePodQPS: 500,
  totalQPS: 1_500,
  resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: 2 } },
  readinessProbe: { httpGet: { path: '/', port: 'http' } },
  env: [{ name: 'A', value: '' }],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
};

for (const way of [CLIENT_SIDE, ARGO_CD, FLUX]) {
  test(`${way.name}: what a cdk8s app gives is what is there, and applied again it changes nothing`, async () => {
    const file = synthesized('app', APP);
    await way.bring(kubectl, file);

    assert.equal(await difference(kubectl, way.diff, file), '');

    await run(kubectl, 'delete', '-f', file);
  });
}

test('replicas that are left to others are set by others, and Git says nothing against it', async () => {
  const file = synthesized('external', { ...APP, replicas: 'External' });
  await ARGO_CD.bring(kubectl, file);
  assert.equal(await replicas('external'), '1');

  await run(kubectl, 'scale', 'deployment/external', '--replicas=6');

  assert.equal(await difference(kubectl, ARGO_CD.diff, file), '');
  await ARGO_CD.bring(kubectl, file);
  assert.equal(await replicas('external'), '6');
});

test('a number that is taken out of Git falls back to 1, unless somebody else has set it before', async () => {
  const numbered = synthesized('numbered', APP);
  const external = synthesized('numbered', { ...APP, replicas: 'External' });
  await ARGO_CD.bring(kubectl, numbered);
  assert.equal(await replicas('numbered'), '3');
  await ARGO_CD.bring(kubectl, external);
  assert.equal(await replicas('numbered'), '1');

  await ARGO_CD.bring(kubectl, numbered);
  await run(kubectl, 'scale', 'deployment/numbered', '--replicas=6');
  await ARGO_CD.bring(kubectl, external);
  assert.equal(await replicas('numbered'), '6');
});

function replicas(name: string): Promise<string> {
  return run(kubectl, 'get', `deployment/${name}`, '-o', 'jsonpath={.spec.replicas}');
}

/** The CRDs of Argo CD and Flux, as their makers publish them. */
async function publishedCrds(): Promise<string[]> {
  const argoCd = join(await goModuleDirectory('github.com/argoproj/argo-cd/v3'), 'manifests/crds');
  const flux = await Promise.all(
    ['kustomize-controller', 'source-controller'].map((part) => goModuleDirectory(`github.com/fluxcd/${part}`)),
  );
  return [
    join(argoCd, 'application-crd.yaml'),
    join(argoCd, 'appproject-crd.yaml'),
    ...flux.flatMap((module) => {
      const bases = join(module, 'config/crd/bases');
      return readdirSync(bases)
        .filter((file) => /kustomizations|gitrepositories/.test(file))
        .map((file) => join(bases, file));
    }),
  ];
}

/** What an app with this ElasticWeb writes. */
function synthesized(name: string, props: ElasticWebProps): string {
  const file = join(controlPlane.directory, `${name}-${String(props.replicas)}.yaml`);
  writeFileSync(file, asYaml(charted((scope) => new ElasticWeb(scope, name, props))));
  return file;
}

/** What kubectl makes of the example, with these fields in it. */
async function kustomize(fields: object = {}): Promise<Installed[]> {
  const example = parse(readFileSync(join(docs, 'kustomize/kustomization.yaml'), 'utf8')) as object;
  const folder = join(controlPlane.directory, 'kustomize');
  mkdirSync(folder, { recursive: true });
  copyFileSync(INSTALL, join(folder, 'install.k8s.yaml'));
  writeFileSync(join(folder, 'kustomization.yaml'), stringify({ ...example, ...fields }));
  return documents(await run(kubectl, 'kustomize', folder));
}

function documents(yaml: string): Installed[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Installed);
}

/** Kustomize has an order of its own. */
function byName(objects: readonly Installed[]): Installed[] {
  const key = ({ kind, metadata }: Installed) => `${kind} ${metadata.name}`;
  return objects.toSorted((one, other) => key(one).localeCompare(key(other)));
}

interface WithContainer {
  readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] } };
}

function argsOf(objects: readonly Installed[]): string[] {
  return [...(find(objects, 'Deployment').spec as WithContainer).template.spec.containers[0].args];
}

function withContainer(deployment: Installed, fields: object): Installed {
  const spec = deployment.spec as WithContainer;
  const [container] = spec.template.spec.containers;
  const pod = { ...spec.template.spec, containers: [{ ...container, ...fields }] };
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: pod } } };
}

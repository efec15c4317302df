/** The cluster that the demo plays on: a control plane of its own, or one that the user names. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { established } from '../control-plane/established.ts';
import { runSyncer, startSyncer } from '../cluster/syncer-process.ts';
import type { Screen } from './screen.ts';
import { QUICK_FLAGS, Traffic } from './traffic.ts';

const root = join(import.meta.dirname, '../..');
/** What the syncer needs to finish what it has in hand. */
const GRACE = { graceMs: 5000 };

/** What kubectl answered. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster with the CRD installed and a syncer at work. */
export interface Stage extends AsyncDisposable {
  readonly kubectl: (args: readonly string[]) => Promise<Answer>;
  /** The line after which the user's own kubectl talks to this cluster. */
  readonly hint: string;
  /** Pods that serve, and the Prometheus that the syncer asks; undefined where the cluster is not the demo's own. */
  readonly traffic: Traffic | undefined;
  /** Where the syncer of the demo writes its log. */
  readonly log: string;
}

/** Starts a control plane, installs dist/, and runs the syncer with the rights that dist/ gives it. */
export async function ownStage(screen: Screen): Promise<Stage> {
  await using owned = new AsyncDisposableStack();
  screen.chapter(
    'A cluster of its own',
    'etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and KWOK, which plays nodes and pods; Prometheus. Built from source once.',
  );
  const startMs = performance.now();
  // Installed before the controllers start: the garbage collector looks for new kinds only every 30 s.
  const controlPlane = owned.use(await startControlPlane({ manifests: [join(root, 'dist/install.k8s.yaml')] }));
  const { stdout } = await controlPlane.kubectl(['version', '-o', 'json']);
  const { serverVersion } = JSON.parse(stdout) as { serverVersion: { gitVersion: string } };
  screen.seen(`Kubernetes ${serverVersion.gitVersion} with dist/install.k8s.yaml, after ${seconds(startMs)}`);

  const traffic = owned.use(await Traffic.start(controlPlane));
  const flags = ['--log-format=text', `--prometheus-url=${traffic.prometheusUrl}`, ...QUICK_FLAGS];
  const syncer = await startSyncer(controlPlane, 'syncer', ...flags);
  owned.defer(() => syncer.stop(GRACE));
  screen.seen('npm run syncer, with the rights of its ServiceAccount and no others');
  const kept = owned.move();
  return {
    hint: `export KUBECONFIG=${controlPlane.kubeconfig}`,
    log: syncer.logFile,
    traffic,
    kubectl: (args) => controlPlane.kubectl(args),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Uses a cluster that is there, after asking. Adds the CRD if it is missing, and takes it away again; runs the syncer here, with the
 * user's own rights.
 */
export async function existingStage(screen: Screen, context: string, consent: boolean): Promise<Stage> {
  const kubectl = (args: readonly string[]) => run('kubectl', [`--context=${context}`, ...args]);
  const known = await kubectl(['get', 'crd', 'elasticwebs.elasticweb.example.com', '--ignore-not-found', '-o', 'name']);
  if (known.code !== 0) throw new Error(`kubectl cannot reach context ${context}: ${known.stderr.trim()}`);
  const hasCrd = known.stdout.trim() !== '';
  const running = await kubectl([
    'get',
    'deployments',
    '-A',
    '-l',
    'app.kubernetes.io/name=elasticweb-syncer',
    '-o',
    'name',
  ]);
  if (running.stdout.trim() !== '') {
    throw new Error(
      `context ${context} runs a syncer already (${running.stdout.trim()}): two of them would both write`,
    );
  }
  if (running.code !== 0)
    throw new Error(`whether a syncer runs in context ${context} cannot be seen: ${running.stderr.trim()}`);
  for (const namespace of hasCrd ? ['dev', 'default'] : []) {
    const there = await kubectl([
      'get',
      'elasticweb/elasticweb-sample',
      '-n',
      namespace,
      '--ignore-not-found',
      '-o',
      'name',
    ]);
    if (there.stdout.trim() !== '') {
      throw new Error(
        `context ${context} has an ElasticWeb elasticweb-sample in ${namespace}, which the demo would overwrite and delete`,
      );
    }
  }
  const before = await kubectl(['get', 'namespace', 'dev', '--ignore-not-found', '-o', 'name']);
  const hasDev = before.stdout.trim() !== '';

  screen.line(`The demo would use the cluster of context ${context}:`);
  screen.line(
    `  - ${hasCrd ? 'the CRD of ElasticWebs is there already and stays' : 'add the CRD of ElasticWebs, and remove it at the end'}`,
  );
  screen.line(
    `  - ${hasDev ? 'use the namespace dev, which is there and stays' : 'add the namespace dev, and remove it at the end'}`,
  );
  screen.line(
    '  - make ElasticWebs called elasticweb-sample in dev and default, with node port 30004, and remove them at the end',
  );
  screen.line('  - run the syncer here, for these two namespaces, with your rights');
  if (!consent && !(await agreed())) throw new Error('not agreed to; nothing was changed');

  await using owned = new AsyncDisposableStack();
  owned.defer(async () => {
    // In the foreground: without the CRD, the garbage collector could not tell that the children's owner is gone.
    for (const namespace of ['dev', 'default']) {
      await kubectl([
        'delete',
        'elasticweb/elasticweb-sample',
        `--namespace=${namespace}`,
        '--cascade=foreground',
        '--ignore-not-found',
      ]);
    }
    if (!hasDev) await kubectl(['delete', 'namespace', 'dev', '--ignore-not-found']);
    if (!hasCrd) await kubectl(['delete', 'crd', 'elasticwebs.elasticweb.example.com', '--ignore-not-found']);
  });
  screen.chapter('Your cluster', `Context ${context}.`);
  if (!hasCrd) await must(kubectl(['apply', '--server-side', '-f', join(root, 'dist/crd.k8s.yaml')]));
  await established(kubectl, 'crd/elasticwebs.elasticweb.example.com');
  const directory = await mkdtemp(join(tmpdir(), 'elasticweb-demo-'));
  owned.defer(() => rm(directory, { recursive: true }));
  const flags = [`--context=${context}`, '--namespace=dev', '--namespace=default', '--log-format=text'];
  const syncer = await runSyncer(directory, 'syncer', flags);
  owned.defer(() => syncer.stop(GRACE));
  screen.seen('CRD installed, syncer running');
  const kept = owned.move();
  return {
    hint: `kubectl config use-context ${context}`,
    log: syncer.logFile,
    traffic: undefined,
    kubectl,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('there is no terminal to ask on: say --yes if this is what you want');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function must(answer: Promise<Answer>): Promise<void> {
  const { code, stderr } = await answer;
  if (code !== 0) throw new Error(`kubectl ended with ${code}: ${stderr.trim()}`);
}

function run(file: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new Error(`the demo needs ${file} on the PATH: ${error.message}`, { cause: error }));
      } else {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      }
    });
  });
}

/** The time since, for people. */
export function seconds(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

/** What the demo tells: the requirements' own story, with what the cluster really answers. */

import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { tellLoad } from './load-chapter.ts';
import type { Screen } from './screen.ts';
import { type Stage, seconds } from './stage.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const PATIENCE_MS = 60_000;

/** A field of an object, by a path such as `.spec.replicas`; empty where there is none. */
type Look = readonly [object: string, path: string];
/** What a look should find. */
type Expected = string | RegExp;

/** Plays the chapters. Throws when the cluster does not do what the story says. */
export class Story {
  readonly #screen: Screen;
  readonly #stage: Stage;
  readonly #signal: AbortSignal;
  #namespace = 'dev';

  constructor(screen: Screen, stage: Stage, signal: AbortSignal) {
    this.#screen = screen;
    this.#stage = stage;
    this.#signal = signal;
  }

  /**
   * @param keep leaves the last ElasticWeb for the user to play with
   * @param svg where the chart of the load is written
   */
  async tell(keep: boolean, svg: string): Promise<void> {
    await this.#deploy();
    await this.#scale();
    await this.#resources();
    await this.#ports();
    await this.#serviceTypes();
    await this.#drift();
    await this.#refusal();
    await this.#secondResource();
    await this.#deletion();
    await this.#load(svg);
    if (!keep) await this.#end();
  }

  async #deploy(): Promise<void> {
    this.#screen.chapter(
      "The requirements' resource, unchanged",
      '700 requests a second are declared and one pod serves 500, so there are ceil(700 / 500) = 2 pods.',
    );
    await this.#kubectl('apply', '-f', join(FIXTURES, 'requirements-basic.yaml'));
    await this.#until('2 pods are ready and serve 1000 QPS', [
      [['ew/elasticweb-sample', '.status.readyReplicas'], '2'],
      [['ew/elasticweb-sample', '.status.realQPS'], '1000'],
    ]);
    await this.#kubectl('get', 'ew,deployment,service,pods');
  }

  async #scale(): Promise<void> {
    this.#screen.chapter('More load, less load', 'The number of pods follows totalQPS, up and down.');
    await this.#patch('{"spec":{"totalQPS":2600}}');
    await this.#until('2600 QPS at 500 a pod: 6 pods', [
      [['deployment/elasticweb-sample', '.status.readyReplicas'], '6'],
    ]);
    await this.#patch('{"spec":{"totalQPS":600}}');
    await this.#until('600 QPS: 2 pods', [[['deployment/elasticweb-sample', '.status.replicas'], '2']]);
    await this.#kubectl('scale', 'ew/elasticweb-sample', '--replicas=3');
    await this.#until('by hand: 3 pods, and the condition says so', [
      [['deployment/elasticweb-sample', '.status.readyReplicas'], '3'],
      [['ew/elasticweb-sample', '.status.conditions[?(@.type=="ScalingActive")].reason'], 'ManualOverride'],
    ]);
    await this.#patch('{"spec":{"replicas":null}}');
    await this.#until('handed back: 2 pods', [[['deployment/elasticweb-sample', '.status.replicas'], '2']]);
  }

  async #resources(): Promise<void> {
    this.#screen.chapter('Resource limits, changed live', 'A rollout replaces the pods; the Service goes on.');
    const limit: Look = ['deployment/elasticweb-sample', '.spec.template.spec.containers[0].resources.limits.cpu'];
    for (const cpu of ['500m', '800m']) {
      await this.#patch(`{"spec":{"resources":{"limits":{"cpu":"${cpu}"}}}}`);
      await this.#until(`cpu limit ${cpu}, rolled out`, [[limit, cpu], ...READY]);
    }
  }

  async #ports(): Promise<void> {
    this.#screen.chapter(
      'Ports and protocols, changed live',
      'The node port stays, so clients find the service where it was.',
    );
    for (const port of ['8080', '8081']) {
      await this.#patch(`{"spec":{"port":${port}}}`);
      await this.#until(`port ${port} behind the same node port`, [
        [['service/elasticweb-sample', '.spec.ports[0].port'], port],
        [['service/elasticweb-sample', '.spec.ports[0].nodePort'], '30004'],
      ]);
    }
    for (const protocol of ['UDP', 'TCP']) {
      await this.#patch(`{"spec":{"protocol":"${protocol}"}}`);
      await this.#until(`${protocol}, for container and Service alike`, [
        [['service/elasticweb-sample', '.spec.ports[*].protocol'], protocol],
        [['deployment/elasticweb-sample', '.spec.template.spec.containers[0].ports[*].protocol'], protocol],
        ...READY,
      ]);
      await this.#kubectl('get', 'service');
    }
  }

  async #serviceTypes(): Promise<void> {
    this.#screen.chapter('Service types', 'NodePort, and LoadBalancer again.');
    for (const type of ['NodePort', 'LoadBalancer']) {
      await this.#patch(`{"spec":{"serviceType":"${type}"}}`);
      await this.#until(type, [[['service/elasticweb-sample', '.spec.type'], type]]);
    }
    await this.#kubectl('get', 'service');
  }

  async #drift(): Promise<void> {
    this.#screen.chapter('Somebody interferes', 'What differs from the ElasticWeb is put right, with one write each.');
    await this.#kubectl('scale', 'deployment/elasticweb-sample', '--replicas=9');
    await this.#until('2 pods again', [
      [['deployment/elasticweb-sample', '.spec.replicas'], '2'],
      [['deployment/elasticweb-sample', '.status.replicas'], '2'],
    ]);
    await this.#kubectl('delete', 'service', 'elasticweb-sample');
    await this.#until('the Service is back, on its node port', [
      [['service/elasticweb-sample', '.spec.ports[0].nodePort'], '30004'],
    ]);
  }

  async #refusal(): Promise<void> {
    this.#screen.chapter('Nonsense', 'The API server refuses it and says which field; nothing changes.');
    for (const patch of ['{"spec":{"singlePodQPS":0}}', '{"spec":{"serviceType":"ClusterIP"}}']) {
      const { code } = await this.#kubectl('patch', 'ew/elasticweb-sample', '--type=merge', '-p', patch);
      if (code === 0) throw new Error(`the API server took ${patch}`);
      this.#screen.seen('refused');
    }
  }

  async #secondResource(): Promise<void> {
    this.#namespace = 'default';
    this.#screen.chapter(
      "The requirements' other resource, with metrics",
      'It wants the same node port. That is taken, so its Service waits, and its pods run.',
    );
    await this.#kubectl('apply', '-f', join(FIXTURES, 'requirements-metrics.yaml'));
    await this.#until('10 QPS at 50 a pod: 1 pod, and the condition says what is wrong', [
      [['deployment/elasticweb-sample', '.status.readyReplicas'], '1'],
      [['ew/elasticweb-sample', '.status.conditions[?(@.type=="ServiceReady")].reason'], 'NodePortConflict'],
    ]);
    await this.#kubectl('get', 'ew', '-A');
  }

  async #deletion(): Promise<void> {
    this.#namespace = 'dev';
    this.#screen.chapter(
      'Deletion',
      'The garbage collector takes the children along; the syncer has no right to delete.',
    );
    await this.#kubectl('delete', 'ew', 'elasticweb-sample');
    await this.#untilEmpty();
    this.#namespace = 'default';
    await this.#until('and the node port is free: the other one has its Service now', [
      [['service/elasticweb-sample', '.spec.ports[0].nodePort'], '30004'],
      ...READY,
    ]);
    await this.#kubectl('get', 'ew,deployment,service');
  }

  async #load(svg: string): Promise<void> {
    const { traffic } = this.#stage;
    if (traffic === undefined) {
      this.#screen.line();
      this.#screen.line(
        'The chapter in which pods follow the measured load is left out: it needs a Prometheus and pods of its own, as without --context.',
      );
      return;
    }
    const teller = {
      patch: (patch: string) => this.#patch(patch),
      kubectl: (...args: string[]) => this.#kubectl(...args),
      untilMeasured: () =>
        this.#until('the load is measured', [
          [['ew/elasticweb-sample', '.status.conditions[?(@.type=="ScalingActive")].reason'], 'ValidMetricFound'],
        ]),
      untilReady: (what: string, pods: string) =>
        this.#until(what, [
          [['deployment/elasticweb-sample', '.spec.replicas'], pods],
          [['ew/elasticweb-sample', '.status.readyReplicas'], pods],
        ]),
    };
    await tellLoad({ screen: this.#screen, teller, traffic, signal: this.#signal, svg });
  }

  async #end(): Promise<void> {
    await this.#kubectl('delete', 'ew', 'elasticweb-sample');
    await this.#untilEmpty();
  }

  async #patch(patch: string): Promise<void> {
    const { code, stderr } = await this.#kubectl('patch', 'ew/elasticweb-sample', '--type=merge', '-p', patch);
    if (code !== 0) throw new Error(`the API server refused ${patch}: ${stderr}`);
  }

  /** Runs kubectl before the reader's eyes. */
  async #kubectl(...args: string[]) {
    this.#signal.throwIfAborted();
    const all = [`--namespace=${this.#namespace}`, ...args];
    const shown = all.map((arg) =>
      /[\s{}"!?*]/.test(arg) ? `'${arg}'` : arg.replace(`${FIXTURES}/`, 'test/fixtures/'),
    );
    this.#screen.command(`kubectl ${shown.join(' ')}`);
    const answer = await this.#stage.kubectl(all);
    this.#screen.output(answer.stdout + answer.stderr);
    return answer;
  }

  /** Waits until all looks show what they should, and says so. */
  async #until(what: string, wanted: readonly (readonly [Look, Expected])[]): Promise<void> {
    const startMs = performance.now();
    let found: string[] = [];
    do {
      this.#signal.throwIfAborted();
      found = await Promise.all(wanted.map(([look]) => this.#look(look)));
      if (wanted.every(([, value], index) => fits(found[index] ?? '', value))) {
        this.#screen.seen(`${what} (${seconds(startMs)})`);
        return;
      }
      await sleep(100);
    } while (performance.now() - startMs < PATIENCE_MS);
    this.#screen.missed(what);
    const differences = wanted.map(
      ([[object, path], value], index) => `${object} ${path}: expected ${String(value)}, got ${found[index] ?? ''}`,
    );
    throw new Error(`the cluster did not come to this state:\n${differences.join('\n')}`);
  }

  async #look([object, path]: Look): Promise<string> {
    const args = ['get', object, `--namespace=${this.#namespace}`, '--ignore-not-found', '-o', `jsonpath={${path}}`];
    return (await this.#stage.kubectl(args)).stdout;
  }

  async #untilEmpty(): Promise<void> {
    const startMs = performance.now();
    const kinds = [
      'get',
      'deployment,service,pods',
      `--namespace=${this.#namespace}`,
      '-l',
      'app=elasticweb-sample',
      '-o',
      'name',
    ];
    for (;;) {
      this.#signal.throwIfAborted();
      const { code, stdout } = await this.#stage.kubectl(kinds);
      if (code === 0 && stdout.trim() === '') break;
      if (performance.now() - startMs > PATIENCE_MS) throw new Error(`these are still there:\n${stdout}`);
      await sleep(100);
    }
    this.#screen.seen(`nothing of it is left: no Deployment, no Service, no pod (${seconds(startMs)})`);
  }
}

function fits(found: string, expected: Expected): boolean {
  return typeof expected === 'string' ? found === expected : expected.test(found);
}

/** The status speaks of the newest generation, and that is rolled out and serves. */
const READY: readonly (readonly [Look, Expected])[] = [
  [
    [
      'ew/elasticweb-sample',
      '.metadata.generation}={.status.observedGeneration}={.status.conditions[?(@.type=="Ready")].status',
    ],
    /^(\d+)=\1=True$/,
  ],
];

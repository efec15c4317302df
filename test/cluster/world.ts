/** What a test on the real cluster works with: a namespace of its own, quick reads and writes as admin, and waiting for a state. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { API_VERSION, KIND } from '../../src/api/resource.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource, SERVICE } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { brokenFluxRules } from './flux-rules.ts';
import { NAMESPACE } from './kinds.ts';

/** The smallest spec there is, with a Service that needs nothing from a cloud. */
export const SMALL: ElasticWebSpec = {
  image: 'nginx:1.29',
  port: 80,
  podPort: 8080,
  serviceType: 'ClusterIP',
  singlePodQPS: 500,
};

/** How long a state may take to come. A machine that is busy with other tests is slow; one that is not needs a second or two. */
const DEADLINE_MS = 30_000;

const FIELD_MANAGER = 'elasticweb-test';

/** One test's corner of the cluster. */
export class World {
  readonly namespace: string;
  readonly client: KubeClient;

  constructor(namespace: string, client: KubeClient) {
    this.namespace = namespace;
    this.client = client;
  }

  /** Runs kubectl in the namespace and returns what it printed; fails the test when kubectl fails. */
  async kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryKubectl(...args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Runs kubectl in the namespace, whatever comes of it. */
  tryKubectl(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return useControlPlane().kubectl([`--namespace=${this.namespace}`, ...args]);
  }

  /** Runs `kubectl apply -f -` in the namespace, whatever comes of it. */
  tryApply(yaml: string): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.tryKubectlWith(yaml, 'apply', '-f', '-');
  }

  /** Runs kubectl in the namespace with something to read, whatever comes of it. */
  tryKubectlWith(stdin: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return useControlPlane().kubectl([`--namespace=${this.namespace}`, ...args], { stdin });
  }

  /** A new, empty namespace, for what would disturb the other tests of a file. The test may delete it. */
  async another(): Promise<World> {
    return new World(await createNamespace(this.client), this.client);
  }

  /** Makes an ElasticWeb: `SMALL` with these fields. */
  async create(
    name: string,
    spec: Partial<ElasticWebSpec> = {},
    labels: Readonly<Record<string, string>> = {},
  ): Promise<ElasticWebResource> {
    const metadata = { ...this.named(name), labels };
    const object = { apiVersion: API_VERSION, kind: KIND, metadata, spec: { ...SMALL, ...spec } };
    return this.client.create<ElasticWebResource>(ELASTIC_WEB, object, { fieldManager: FIELD_MANAGER });
  }

  /** Changes fields of an ElasticWeb's spec; null removes one. */
  async change(name: string, spec: Readonly<Record<string, unknown>>): Promise<ElasticWebResource> {
    return this.client.mergePatch(ELASTIC_WEB, this.named(name), { spec }, { fieldManager: FIELD_MANAGER });
  }

  /** Makes any other object in the namespace. */
  async make<T extends KubeObject>(type: ResourceType<T>, name: string, fields: object): Promise<T> {
    const object = { apiVersion: type.apiVersion, kind: type.kind, metadata: this.named(name), ...fields };
    return this.client.create<T>(type, object, { fieldManager: FIELD_MANAGER });
  }

  /** Changes any object in the namespace by a JSON merge patch. */
  async patch<T extends KubeObject>(type: ResourceType<T>, name: string, patch: object): Promise<T> {
    return this.client.mergePatch<T>(type, this.named(name), patch, { fieldManager: FIELD_MANAGER });
  }

  async get<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<T | undefined> {
    return this.client.get(type, this.named(name));
  }

  readonly web = (name: string) => this.get(ELASTIC_WEB, name);
  readonly deployment = (name: string) => this.get(DEPLOYMENT, name);
  readonly service = (name: string) => this.get(SERVICE, name);

  /** Reads an object until `test` holds, and returns it then; fails with the last state when it takes too long. */
  async until<T extends KubeObject>(
    type: ResourceType<T>,
    name: string,
    test: (object: T) => boolean | Promise<boolean>,
    timeoutMs = DEADLINE_MS,
  ): Promise<T> {
    let last: T | undefined;
    try {
      return await eventually(
        async () => {
          last = await this.get(type, name);
          return last !== undefined && (await test(last)) ? last : false;
        },
        { timeoutMs, intervalMs: 100 },
      );
    } catch (error) {
      throw new Error(`${type.kind} ${name} did not come to the state: ${test.toString()}\n${show(last)}`, {
        cause: error,
      });
    }
  }

  /** Waits until an object is gone. */
  async untilGone(type: ResourceType, name: string): Promise<void> {
    await eventually(async () => (await this.get(type, name)) === undefined, {
      timeoutMs: DEADLINE_MS,
      what: `${type.kind} ${name} to be gone`,
    });
  }

  /** Waits until the ElasticWeb serves its newest generation. */
  async ready(name: string): Promise<ElasticWebResource> {
    const isReady = (web: ElasticWebResource) => isCurrent(web) && conditionOf(web, 'Ready')?.status === 'True';
    const web = await this.until(ELASTIC_WEB, name, isReady);
    assert.deepEqual(brokenFluxRules(web, 'at rest'), [], JSON.stringify(web.status));
    return web;
  }

  /** Waits until the ElasticWeb is not ready for the given reason. */
  async notReady(name: string, reason: string): Promise<ElasticWebResource> {
    return this.until(ELASTIC_WEB, name, (web) => {
      const ready = conditionOf(web, 'Ready');
      return isCurrent(web) && ready?.status === 'False' && ready.reason === reason;
    });
  }

  /** Changes an annotation of an ElasticWeb, which the syncer takes as a reason to look at it. */
  async touch(name: string): Promise<void> {
    await this.patch(ELASTIC_WEB, name, { metadata: { annotations: { touched: randomBytes(4).toString('hex') } } });
  }

  /**
   * Returns when the syncer has seen everything that was done before, and had time to answer it: an ElasticWeb made now is ready.
   * For tests that say that something does not happen.
   */
  async settled(): Promise<void> {
    const name = `after-${randomBytes(4).toString('hex')}`;
    await this.create(name, { totalQPS: 0 });
    await this.ready(name);
  }

  named(name: string): { namespace: string; name: string } {
    return { namespace: this.namespace, name };
  }
}

/** Whether the status speaks of the newest generation. */
export function isCurrent({ metadata, status }: ElasticWebResource): boolean {
  return status?.observedGeneration === metadata.generation;
}

/** A condition of an ElasticWeb, if it has one of that type. */
export function conditionOf({ status }: ElasticWebResource, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Gives a test file a namespace of its own, which goes when the file is done. Call it at the top of the file. */
export async function useWorld(): Promise<World> {
  const { kubeconfig, kubectl } = useControlPlane();
  const identity = await loadIdentity({ env: {}, kubeconfig, context: 'admin' });
  const transport = new Transport({ identity, userAgent: FIELD_MANAGER });
  const client = new KubeClient({ transport });
  const namespace = await createNamespace(client);
  after(async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    await transport.close();
  });
  return new World(namespace, client);
}

async function createNamespace(client: KubeClient): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await client.create(NAMESPACE, namespace, { fieldManager: FIELD_MANAGER });
  return name;
}

function show(object: KubeObject | undefined): string {
  if (object === undefined) return 'there is none';
  const { managedFields, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata }, null, 1);
}

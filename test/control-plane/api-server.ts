/** What a starting control plane asks of its own API server, without the cost of a kubectl for each question. */
import { Agent, fetch } from 'undici';

/** An API server, asked as admin. */
export class ApiServer implements AsyncDisposable {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(access: { readonly server: string; readonly certificate: string; readonly token: string }) {
    this.#server = access.server;
    this.#token = access.token;
    this.#agent = new Agent({ connect: { ca: access.certificate } });
  }

  /** Whether the path is answered with success. */
  async has(path: string): Promise<boolean> {
    return (await this.#request(path)).ok;
  }

  /** Whether every part of the server says that it is ready. */
  async isReady(): Promise<boolean> {
    return this.has('/readyz');
  }

  async createNode(node: object): Promise<void> {
    const response = await this.#request('/api/v1/nodes', {
      method: 'POST',
      body: JSON.stringify(node),
    });
    if (!response.ok) throw new Error(`the node was refused: ${response.status} ${response.body}`);
  }

  /** Whether pods are scheduled to the node: Ready, and no longer tainted as new. */
  async isNodeReady(name: string): Promise<boolean> {
    const { ok, body } = await this.#request(`/api/v1/nodes/${name}`);
    if (!ok) return false;
    const node = JSON.parse(body) as Node;
    return (
      node.spec.taints === undefined &&
      (node.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #request(path: string, init: { method?: string; body?: string } = {}) {
    const response = await fetch(`${this.#server}${path}`, {
      ...init,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(5_000),
    });
    return { ok: response.ok, status: response.status, body: await response.text() };
  }
}

/** What is read of a Node. */
interface Node {
  readonly spec: { readonly taints?: unknown };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

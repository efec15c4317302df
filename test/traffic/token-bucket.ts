/** How much a pod can serve: a token bucket. No clock: the time is an argument. */

/** So much of a second's requests may come at once. */
const DEPTH_SECONDS = 0.2;

export class TokenBucket {
  readonly #perSecond: number;
  readonly #depth: number;
  #tokens: number;
  #atMs: number;

  /** @param perSecond requests per second, above 0 */
  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#depth = Math.max(1, perSecond * DEPTH_SECONDS);
    this.#tokens = 1;
    this.#atMs = nowMs;
  }

  /** Whether one more request fits in now; if so, it is in. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#depth, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

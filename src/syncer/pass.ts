/** What a pass works with, and what comes after it. */

import type { TransientReason } from '../api/conditions.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Allowance } from './acceptance.ts';
import type { Autoscaler } from './autoscaler.ts';
import type { Cache } from './cache.ts';
import type { Contention } from './contention.ts';
import type { Pace } from './pace.ts';
import type { Repairs } from './repairs.ts';
import type { Report } from './report.ts';

/** What a pass works with. */
export interface PassContext extends Allowance {
  readonly client: KubeClient;
  readonly cache: Cache;
  readonly report: Report;
  readonly pace: Pace;
  readonly repairs: Repairs;
  readonly autoscaler: Pick<Autoscaler, 'decide' | 'scaled' | 'memoryOf' | 'forget'>;
  readonly contention: Contention;
  /** The time of day, for what status says. */
  readonly now: () => Date;
}

/**
 * What comes after a pass: `done`, nothing until something changes; `again`, another look after a while; `retry`, with growing pauses, of at
 * least `afterMs`.
 * `stalled`: only a change of the object helps.
 */
export type Next =
  | { readonly kind: 'done'; readonly stalled?: true }
  | { readonly kind: 'again'; readonly afterMs: number; readonly stalled?: true }
  | {
      readonly kind: 'retry';
      readonly reason?: TransientReason;
      readonly afterMs?: number;
      /** There is something left to tell, at this time. */
      readonly tellAfterMs?: number;
    };

/** What a chart of load and pods shows, whoever made the numbers and wherever it is drawn. */

/** A moment; what it says holds until the next one. */
export interface ChartPoint {
  readonly seconds: number;
  /** The load in requests per second; undefined where it is unknown. */
  readonly qps: number | undefined;
  /** What the ready pods can serve, in requests per second. */
  readonly capacity: number;
  /** Pods that there should be. */
  readonly replicas: number;
}

/** A chart: a run, and perhaps what another autoscaler would have done beside it. */
export interface Chart {
  readonly title: string;
  /** A line of facts below the title. */
  readonly subtitle?: string;
  /** At least one, in the order of time. */
  readonly points: readonly ChartPoint[];
  /** The load of these is not drawn: it is the same. */
  readonly other?: { readonly name: string; readonly points: readonly ChartPoint[] } | undefined;
}

/** Seconds from the first point to the last; 1 if they are one, so that there is something to draw on. */
export function frameOf({ points }: Chart): { readonly from: number; readonly to: number } {
  const from = points[0]?.seconds ?? 0;
  const to = points.at(-1)?.seconds ?? 0;
  return { from, to: to > from ? to : from + 1 };
}

/** The greatest load or capacity, and the greatest number of pods, in all that is drawn. */
export function peaksOf({ points, other }: Chart): { readonly qps: number; readonly replicas: number } {
  let [qps, replicas] = [0, 0];
  for (const run of [points, other?.points ?? []]) {
    for (const point of run) {
      qps = Math.max(qps, point.capacity, point.qps ?? 0);
      replicas = Math.max(replicas, point.replicas);
    }
  }
  return { qps, replicas };
}

/** What an alert says. */

/** One alert. Each has a section of its name in docs/monitoring.md. */
export interface Alert {
  readonly name: string;
  /** `critical`: nothing follows the load. `warning`: somebody should look today. `info`: may be meant so. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** How long the expression must hold; 0: once is enough. */
  readonly forMinutes: number;
  /** PromQL: has a result while something is wrong. */
  readonly expr: string;
  /** What is wrong, in a line. */
  readonly summary: string;
  /** What it means here, with the labels and the value of this alert. */
  readonly description: string;
}

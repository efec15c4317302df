/** How status says times. */

/** A time as Kubernetes writes it: to the second. */
export function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** What one pod of a Spring Boot application counts, and how its actuator tells it. No I/O. */

/** One answered request, as Micrometer tags it. */
export interface Served {
  readonly method: string;
  /** The template of the path: `/items/{id}`. */
  readonly uri: string;
  readonly status: number;
}

const NAME = 'http_server_requests_seconds';

/** The counters of one process. As in Micrometer, a series is there from its first request on: before that there is none, not a 0. */
export class Counters {
  readonly #series = new Map<string, { readonly labels: string; count: number; sum: number }>();

  count({ method, uri, status }: Served, seconds: number, times = 1): void {
    const key = `${method} ${status} ${uri}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const outcome = outcomeOf(status);
      const labels = `{exception="None",method="${method}",outcome="${outcome}",status="${status}",uri="${uri}"}`;
      series = { labels, count: 0, sum: 0 };
      this.#series.set(key, series);
    }
    series.count += times;
    series.sum += seconds * times;
  }

  /** Everything from the beginning, as after a restart of the container. */
  reset(): void {
    this.#series.clear();
  }

  /** The requests so far, without those to the actuator. */
  get total(): number {
    const series = [...this.#series.values()].filter(({ labels }) => !labels.includes('uri="/actuator'));
    return series.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * The text that Prometheus scrapes.
   *
   * @param name what the summary is called
   */
  text(name = NAME): string {
    const lines = [`# HELP ${name} Duration of HTTP server request handling`, `# TYPE ${name} summary`];
    for (const { labels, count, sum } of this.#series.values()) {
      lines.push(
        `${name}_count${labels} ${Number.isInteger(count) ? count.toFixed(1) : count}`,
        `${name}_sum${labels} ${sum.toFixed(9)}`,
      );
    }
    // Something is always there, as the JVM's own figures are.
    lines.push(
      '# HELP process_uptime_seconds The uptime of the Java virtual machine',
      '# TYPE process_uptime_seconds gauge',
    );
    lines.push(`process_uptime_seconds ${process.uptime().toFixed(3)}`, '');
    return lines.join('\n');
  }
}

function outcomeOf(status: number): string {
  if (status >= 500) return 'SERVER_ERROR';
  if (status >= 400) return 'CLIENT_ERROR';
  return status >= 300 ? 'REDIRECTION' : 'SUCCESS';
}

/** What Prometheus answers to a test's own questions. */

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The series of an instant vector, as of now. @throws Error if Prometheus does not answer with one */
export async function queryPrometheus(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Series[]> {
  const target = new URL('api/v1/query', url);
  target.searchParams.set('query', query);
  const response = await fetch(target, { headers });
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${await response.text()}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: Series['metric']; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ metric, value: Number.parseFloat(value[1]) }));
}

/** The value of the only series. @throws Error if there are none or several */
export async function queryNumber(url: string, query: string): Promise<number> {
  const series = await queryPrometheus(url, query);
  const [first] = series;
  if (series.length !== 1 || first === undefined) throw new Error(`${series.length} series answer ${query}`);
  return first.value;
}

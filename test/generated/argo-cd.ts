/** The settings of Argo CD that hold the scripts of docs/argocd, for those who cannot add files to it. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, Scalar } from 'yaml';

const KIND = 'elasticweb.example.com_ElasticWeb';
const folder = join(import.meta.dirname, '../../docs/argocd/resource_customizations/elasticweb.example.com/ElasticWeb');

/** Counts in a status move whenever pods do. Argo CD looks at the health apart from that, so no change of state is missed. */
const CHURN = { jsonPointers: ['/status'] };

/** docs/argocd/argocd-cm.yaml: a patch of the ConfigMap argocd-cm. */
export async function argoCdSettings(): Promise<string> {
  const actions = join(folder, 'actions');
  const names = (await readdir(actions, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && entry.name !== 'testdata',
  );
  const definitions = await Promise.all(
    names
      .map(({ name }) => name)
      .sort()
      .map(async (name) => ({ name, 'action.lua': block(await text(`actions/${name}/action.lua`)) })),
  );
  const discovery = block(await text('actions/discovery.lua'));
  const data = {
    [`resource.customizations.health.${KIND}`]: block(await text('health.lua')),
    [`resource.customizations.actions.${KIND}`]: block(yaml({ 'discovery.lua': discovery, definitions })),
    [`resource.customizations.ignoreResourceUpdates.${KIND}`]: block(yaml(CHURN)),
  };
  const metadata = { name: 'argocd-cm', namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } };
  return (
    '# Health, actions and quiet for ElasticWebs in Argo CD. Generated: npm run generate\n' +
    '# kubectl patch configmap argocd-cm -n argocd --patch-file docs/argocd/argocd-cm.yaml\n' +
    yaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
  );
}

const text = (path: string) => readFile(join(folder, path), 'utf8');
const yaml = (value: unknown) => new Document(value).toString({ lineWidth: 0 });

/** Text in lines of its own, as people read it. */
function block(value: string): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

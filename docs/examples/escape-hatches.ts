/** How everything else is reached: the objects behind the construct are cdk8s' own. */

import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { ElasticWeb, type ElasticWebProps } from 'elasticweb';

const app = new App();
const chart = new Chart(app, 'escape-hatches', { namespace: 'shop', labels: { team: 'shop' } });

const props: ElasticWebProps = { image: 'nginx:1.29', port: 80, podPort: 8080, mtargetPort: 9090, singlePodQPS: 500 };
const web = new ElasticWeb(chart, 'shop', props);

// By name, or, for the Deployment, as with any construct of cdk8s-plus.
ApiObject.of(web).addJsonPatch(JsonPatch.add('/spec/template/spec/dnsPolicy', 'Default'));
web.deployment.addJsonPatch(JsonPatch.add('/spec/revisionHistoryLimit', 3));
web.service.metadata.addAnnotation('external-dns.alpha.kubernetes.io/hostname', 'shop.example.com');
web.metricsService?.metadata.addLabel('release', 'prometheus');

// Everything of a kind, whoever made it.
for (const construct of chart.node.findAll()) {
  if (ApiObject.isApiObject(construct) && construct.kind === 'Service') construct.metadata.addLabel('tier', 'web');
}

app.synth();

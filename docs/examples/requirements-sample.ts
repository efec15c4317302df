/** The service of the requirements: 700 requests a second at 500 a pod, so two pods. */

import { App, Chart } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-27';
import { ElasticWeb } from 'elasticweb';

const app = new App();
const chart = new Chart(app, 'requirements-sample');
new Namespace(chart, 'namespace', { metadata: { name: 'dev', labels: { name: 'dev' } } });

const metadata = { namespace: 'dev' };
const ports = { port: 8081, targetPort: 8080, podPort: 8080, nodePort: 30_004 };
const load = { singlePodQPS: 500, totalQPS: 700 };
const resources = { requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '400m', memory: '500Mi' } };
new ElasticWeb(chart, 'elasticweb-sample', { image: 'tomcat:8.0.18-jre8', metadata, ...ports, ...load, resources });
app.synth();

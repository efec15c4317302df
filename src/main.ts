/** The cdk8s app behind `cdk8s synth`: writes the YAML that the product ships in dist/. */

import { App, Chart } from 'cdk8s';
import { ElasticWebCrd, ElasticWebInstall, ElasticWebMonitoring, ElasticWebResource } from './index.ts';

const app = new App();
const chart = (id: string) => new Chart(app, id, { disableResourceNameHashes: true });

new ElasticWebCrd(chart('crd'), 'crd');
new ElasticWebInstall(chart('install'), 'elasticweb');
new ElasticWebMonitoring(chart('monitoring'), 'monitoring');
sample(chart('sample'));

// Renders everything before the first file is written: an app that fails leaves dist/ as it was.
app.synthYaml();
app.synth();

/** An ElasticWeb that shows every feature. */
function sample(scope: Chart): void {
  new ElasticWebResource(scope, 'elasticweb-sample', {
    spec: {
      image: 'tomcat:8.0.18-jre8',
      port: 8080,
      podPort: 8080,
      targetPort: 'http',
      nodePort: 30_003,
      protocol: 'TCP',
      name: 'http',
      mtargetPort: 8090,
      serviceType: 'LoadBalancer',
      service: {
        annotations: { 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type': 'internet' },
        externalTrafficPolicy: 'Local',
        loadBalancerSourceRanges: ['0.0.0.0/0'],
        sessionAffinity: 'None',
      },
      resources: { requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '500m', memory: '500Mi' } },
      singlePodQPS: 500,
      totalQPS: 700,
      autoscaling: {
        mode: 'Auto',
        minReplicas: 2,
        maxReplicas: 20,
        metric: { type: 'Pods', name: 'http_server_requests_seconds_count' },
        behavior: {
          scaleUp: { policies: [{ type: 'Percent', value: 400, periodSeconds: 15 }] },
          scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] },
        },
        fallback: { staleAfterSeconds: 300, replicas: 5 },
      },
      podSecurity: 'Baseline',
      command: ['catalina.sh'],
      args: ['run'],
      env: [{ name: 'JAVA_OPTS', value: '-XX:MaxRAMPercentage=75' }],
      envFrom: [{ configMapRef: { name: 'shop-settings', optional: true } }],
      imagePullPolicy: 'IfNotPresent',
      imagePullSecrets: [{ name: 'registry' }],
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
      livenessProbe: { tcpSocket: { port: 'http' }, initialDelaySeconds: 60 },
      startupProbe: { tcpSocket: { port: 'http' }, failureThreshold: 30, periodSeconds: 2 },
      terminationGracePeriodSeconds: 45,
      preStopSleepSeconds: 10,
      podAnnotations: { 'example.com/team': 'shop' },
      podLabels: { tier: 'web' },
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'example.com/web', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              preference: {
                matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }],
              },
            },
          ],
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
      progressDeadlineSeconds: 300,
    },
  });
}

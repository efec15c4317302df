/** Everything that a cluster needs to run ElasticWebs: CRD, namespace, rights, and the syncer. */

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type FieldError, schemaErrors, show } from '../api/check.ts';
import { isObject } from '../api/defaults.ts';
import { resourceRequirements } from '../api/pod-settings.ts';
import { bool, int32, list, object, oneOf, text, type Schema } from '../api/schema.ts';
import { SERVICE_TYPES } from '../api/spec.ts';
import type { ResourceRequirements } from '../api/types.ts';
import { ElasticWebCrd, KEEP_ANNOTATIONS } from './crd.ts';
import { InvalidPropsError } from './invalid-props.ts';
import { clusterScoped } from './manifest.ts';
import { aggregatedRoles, DEFAULT_SYNCER, syncerServiceAccount } from './rbac.ts';
import { syncerDeployment } from './syncer-deployment.ts';
import { disruptionBudget, networkPolicyOf, urlOfFlag } from './syncer-protection.ts';

const namespaceName: Schema = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
/** What the props may be. Types alone say nothing to JavaScript, and little about texts and numbers. */
const PROPS = object('', {
  namespace: namespaceName,
  name: { type: 'string', maxLength: 50, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
  createNamespace: bool(''),
  createCrd: bool(''),
  replicas: int32('', { minimum: 0, maximum: 100 }),
  image: text('', { minLength: 1, pattern: '^[!-~]+$' }),
  imagePullPolicy: oneOf('', ['Always', 'IfNotPresent', 'Never']),
  resources: resourceRequirements,
  watchNamespaces: list('', namespaceName, { minItems: 1, maxItems: 1000 }),
  selector: text('', { minLength: 1 }),
  allowedServiceTypes: list('', oneOf('', SERVICE_TYPES), { minItems: 1, maxItems: SERVICE_TYPES.length }),
  maxReplicas: int32('', { minimum: 1 }),
  prometheusUrl: text('', { pattern: '^https?://[!-~]+$' }),
  prometheusSecret: { type: 'string', maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
  args: list('', text('', { pattern: '^--[a-z]' })),
  networkPolicy: bool(''),
  metricsFrom: list('', namespaceName, { minItems: 1, maxItems: 100 }),
  egressPorts: list('', int32('', { minimum: 1, maximum: 65_535 }), { minItems: 1, maxItems: 100 }),
  ownerReferencesPermissionEnforcement: bool(''),
});

/** What an `ElasticWebInstall` is made from. */
export interface ElasticWebInstallProps {
  /**
   * Name of the syncer, its Deployment, ServiceAccount, roles and Lease. Several installations in a cluster, each with a `selector` or
   * `watchNamespaces` of its own, need different ones.
   * @default elasticweb-syncer
   */
  readonly name?: string;
  /**
   * Namespace of the syncer.
   * @default elasticweb-system
   */
  readonly namespace?: string;
  /**
   * Whether to make the namespace, too.
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * Whether to make what a cluster has once, too: the CRD, and what it adds to the roles `view`, `edit` and `admin`. Of several installations,
   * one makes it.
   * @default true
   */
  readonly createCrd?: boolean;
  /**
   * How many syncers there are. One works; the others are ready to take over within seconds.
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Container image of the syncer.
   * @default elasticweb:VERSION
   */
  readonly image?: string;
  /**
   * When the kubelet pulls the image.
   * @default - Kubernetes' own: IfNotPresent for an image with a tag
   */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * What the syncer may use and is promised.
   * @default 50m and 96Mi promised, at most 512Mi
   */
  readonly resources?: ResourceRequirements;
  /**
   * The namespaces whose ElasticWebs this syncer keeps. It has rights in these alone, by a Role in each; they must exist.
   * @default - all
   */
  readonly watchNamespaces?: readonly string[];
  /**
   * Label selector of the ElasticWebs that this syncer keeps, such as `shard=a`.
   * @default - all
   */
  readonly selector?: string;
  /**
   * The Service types that ElasticWebs may ask for.
   * @default - all of LoadBalancer, NodePort, ClusterIP
   */
  readonly allowedServiceTypes?: readonly ('LoadBalancer' | 'NodePort' | 'ClusterIP')[];
  /**
   * The largest number of pods of one ElasticWeb.
   * @default 10000
   */
  readonly maxReplicas?: number;
  /**
   * Where the load is measured, such as `http://prometheus.monitoring:9090`.
   * @default - nowhere; ElasticWebs with autoscaling keep their number of pods
   */
  readonly prometheusUrl?: string;
  /**
   * A Secret of the syncer's namespace with what Prometheus asks for; its keys become files in `/etc/elasticweb/prometheus`, for flags
   * such as `--prometheus-bearer-token-file=/etc/elasticweb/prometheus/token`. What changes in it is used without a restart.
   */
  readonly prometheusSecret?: string;
  /** More flags of `elasticweb syncer`, such as `--scrape-interval=30`. */
  readonly args?: readonly string[];
  /**
   * Whether a NetworkPolicy keeps the syncers to what they need: metrics and probes come in; DNS and `egressPorts` go out.
   * @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * The namespaces whose pods may reach the syncers' port, such as that of Prometheus; `Anywhere` for whatever reaches pods. Their metrics tell the names and
   * the load of the ElasticWebs of all namespaces. The kubelet's probes come from the pod's own node, which a NetworkPolicy never keeps out.
   * https://kubernetes.io/docs/concepts/services-networking/network-policies/
   * @default - `monitoring`, that of the syncer, that of the Service in prometheusUrl, and those with the label `metrics: enabled`
   */
  readonly metricsFrom?: readonly string[] | 'Anywhere';
  /**
   * TCP ports to which the syncers may connect: those of the API server and of Prometheus. Where a Service is between, those of the pods behind
   * it: that is where most networks apply their rules.
   * @default - 443, 6443, 8443 and 16443, where API servers listen, 9090, and the port of prometheusUrl
   */
  readonly egressPorts?: readonly number[];
  /**
   * Adds the rights that the admission plugin of this name demands, which OpenShift switches on: to update the finalizers of ElasticWebs, and
   * to delete Deployments and Services, without which their owners cannot be changed. The syncer deletes nothing all the same.
   * @default false
   */
  readonly ownerReferencesPermissionEnforcement?: boolean;
}

/**
 * CRD, namespace, ServiceAccount, rights, and the Deployment of the syncer, which passes the restricted Pod Security Standard, with a
 * PodDisruptionBudget and a NetworkPolicy.
 */
export class ElasticWebInstall extends Construct {
  /** The syncer's Deployment. */
  readonly syncer: ApiObject;

  /** @throws InvalidPropsError that names every prop that is wrong, its value, and what was expected */
  constructor(scope: Construct, id: string, props: ElasticWebInstallProps = {}) {
    super(scope, id);
    const secrets = secretsIn(props);
    const errors = schemaErrors(props, PROPS, '')
      // What else is wrong with a secret would quote it.
      .filter(({ path }) => !secrets.some((secret) => secret.path === path))
      .flatMap((error) => (error.path === 'metricsFrom' ? listOrAnywhere(error, props) : [error]));
    errors.push(...secrets);
    if (errors.length === 0) errors.push(...badUrls(props));
    if (errors.length === 0 && props.metricsFrom !== undefined && props.networkPolicy === false) {
      errors.push({ path: 'metricsFrom', message: 'must not be given with networkPolicy false, which leaves it out' });
    }
    if (errors.length > 0) throw new InvalidPropsError('ElasticWebInstall', id, errors);
    const { name = DEFAULT_SYNCER.name, namespace = DEFAULT_SYNCER.namespace } = props;
    const { createNamespace = true, createCrd = true } = props;
    const { ownerReferencesPermissionEnforcement = false, networkPolicy = true } = props;

    if (createNamespace) {
      const metadata = {
        name: namespace,
        annotations: { ...KEEP_ANNOTATIONS },
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      };
      clusterScoped(new ApiObject(this, 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata }));
    }
    if (createCrd) new ElasticWebCrd(this, 'crd');
    syncerServiceAccount(
      this,
      { name, namespace },
      {
        namespaces: props.watchNamespaces && [...new Set(props.watchNamespaces)],
        ownerReferencesPermissionEnforcement,
      },
    );
    if (createCrd) aggregatedRoles(this);
    if (networkPolicy) {
      new ApiObject(this, 'network-policy', networkPolicyOf({ name, namespace }, props));
    }
    new ApiObject(this, 'disruption-budget', disruptionBudget({ name, namespace }));
    this.syncer = new ApiObject(this, 'syncer', syncerDeployment({ name, namespace }, props));
    this.node.defaultChild = this.syncer;
  }
}

/** A schema has no words for a list or a word. */
function listOrAnywhere({ path, message }: FieldError, { metricsFrom }: ElasticWebInstallProps): FieldError[] {
  if (metricsFrom === 'Anywhere') return [];
  return [{ path, message: message.replace(/^must be a list,/, 'must be a list or Anywhere,') }];
}

/** Where a login is in props that may be anything. What is rendered is committed and shown; and the syncer would refuse it, because it logs it. */
function secretsIn(props: unknown): FieldError[] {
  const { prometheusUrl, args }: Readonly<Record<string, unknown>> = isObject(props) ? props : {};
  const message =
    'must not hold a username or password, and no @: put them into prometheusSecret, and name its file with a flag';
  const given = [
    { path: 'prometheusUrl', value: prometheusUrl, secret: LOGIN_IN_URL },
    ...(Array.isArray(args)
      ? args.map((value: unknown, index) => ({ path: `args[${index}]`, value, secret: LOGIN_IN_FLAG }))
      : [{ path: 'args', value: args, secret: LOGIN_IN_FLAG }]),
  ];
  return given
    .filter(({ value, secret }) => typeof value === 'string' && secret.test(value))
    .map(({ path }) => ({ path, message }));
}
/** Prometheus' address needs no `@` elsewhere; and a `#` or `/` in a password ends the host, so that a parser sees no login. */
const LOGIN_IN_URL = /@/;
/** Also where the flag is misspelt. */
const LOGIN_IN_FLAG = /(?:^--prometheus-url=|:\/\/).*@/s;

/** What is no address, for which a schema has no words. */
function badUrls({ prometheusUrl, args = [] }: ElasticWebInstallProps): FieldError[] {
  const given = [
    { path: 'prometheusUrl', url: prometheusUrl },
    ...args.map((arg, index) => ({ path: `args[${index}]`, url: urlOfFlag(arg) })),
  ];
  return given
    .filter(({ url }) => url !== undefined && !(/^https?:/i.test(url) && URL.canParse(url)))
    .map(({ path, url }) => ({
      path,
      message: `must be a URL such as http://prometheus.monitoring:9090, got ${show(url)}`,
    }));
}

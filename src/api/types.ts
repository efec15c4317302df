/** The TypeScript types of an ElasticWeb. Generated from the schema by `npm run generate`; do not edit. */

export type IntOrString = number | string;

/** What is wanted. */
export interface ElasticWebSpec {
  /** Container image. */
  readonly image: string;
  /** Port of the Service. */
  readonly port: number;
  /** Port on which the container serves. */
  readonly podPort: number;
  /** Port of the pods to which the Service sends traffic: a number or the value of name; podPort unless given. */
  readonly targetPort?: IntOrString;
  /** Fixed port on every node, for serviceType NodePort and LoadBalancer; Kubernetes picks one unless given. */
  readonly nodePort?: number;
  /**
   * Protocol of container port and Service port.
   * @default "TCP"
   */
  readonly protocol?: 'TCP' | 'UDP';
  /**
   * Name of the container's traffic port; the Service's port is called NAME-traffic.
   * @default "http"
   */
  readonly name?: string;
  /** Port of the container that serves metrics: a number, the value of name, or metrics (port 8090). With it there is a Service NAME-metrics, inside the cluster only. */
  readonly mtargetPort?: IntOrString;
  /**
   * How the Service is reached.
   * @default "LoadBalancer"
   */
  readonly serviceType?: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  /** Settings of the Service, mostly for load balancers of a cloud. */
  readonly service?: ServiceSettings;
  /** What one pod may use at most (limits) and is promised (requests). */
  readonly resources?: ResourceRequirements;
  /** Requests per second that one pod serves. */
  readonly singlePodQPS: number;
  /** Declared load in requests per second: ceil(totalQPS / singlePodQPS) pods, so 0 means none. Without it 1 pod. With autoscaling it only seeds the first Deployment. */
  readonly totalQPS?: number;
  /** Number of pods set by hand, before everything else; kubectl scale writes it. Remove it to hand the number back. */
  readonly replicas?: number;
  /** Scale with the load that Prometheus reports: ceil(load / singlePodQPS) pods, within minReplicas and maxReplicas. */
  readonly autoscaling?: Autoscaling;
  /** Leave Deployment and Services as they are. */
  readonly suspend?: boolean;
  /**
   * Baseline: no privilege escalation, seccomp RuntimeDefault, stock images run. Restricted: the Pod Security Standard of that name.
   * @default "Baseline"
   */
  readonly podSecurity?: 'Baseline' | 'Restricted';
  /** Replaces the image's entry point. Not run in a shell. */
  readonly command?: readonly string[];
  /** Replaces the image's arguments. */
  readonly args?: readonly string[];
  /** Environment variables of the container. */
  readonly env?: readonly EnvVar[];
  /** ConfigMaps and Secrets whose keys become environment variables. */
  readonly envFrom?: readonly EnvFromSource[];
  /** When it fails, the pod gets no traffic. */
  readonly readinessProbe?: Probe;
  /** When it fails, the container is restarted. */
  readonly livenessProbe?: Probe;
  /** Until it succeeds, the other probes wait. */
  readonly startupProbe?: Probe;
  /** When to pull the image; Kubernetes' default unless given. */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Secrets with the credentials of the registry. */
  readonly imagePullSecrets?: readonly {
    /** Name of the Secret, in the ElasticWeb's namespace. */
    readonly name: string;
  }[];
  /** Seconds that a pod gets to end, 30 unless given. */
  readonly terminationGracePeriodSeconds?: number;
  /** Seconds that a pod goes on serving after it was told to end, so that load balancers stop sending first. Not above terminationGracePeriodSeconds. */
  readonly preStopSleepSeconds?: number;
  /** Annotations of the pods. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** More labels of the pods. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Labels that a node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints of nodes that the pods tolerate. */
  readonly tolerations?: readonly Toleration[];
  /** Where pods should and should not run. */
  readonly affinity?: Affinity;
  /** How pods are spread over zones, nodes, ... */
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  /** How new pods replace old ones. */
  readonly strategy?: DeploymentStrategy;
  /** Seconds in which a rollout must make progress, 600 unless given. */
  readonly progressDeadlineSeconds?: number;
}

/** What is wanted. */
export interface DefaultedElasticWebSpec {
  /** Container image. */
  readonly image: string;
  /** Port of the Service. */
  readonly port: number;
  /** Port on which the container serves. */
  readonly podPort: number;
  /** Port of the pods to which the Service sends traffic: a number or the value of name; podPort unless given. */
  readonly targetPort?: IntOrString;
  /** Fixed port on every node, for serviceType NodePort and LoadBalancer; Kubernetes picks one unless given. */
  readonly nodePort?: number;
  /**
   * Protocol of container port and Service port.
   * @default "TCP"
   */
  readonly protocol: 'TCP' | 'UDP';
  /**
   * Name of the container's traffic port; the Service's port is called NAME-traffic.
   * @default "http"
   */
  readonly name: string;
  /** Port of the container that serves metrics: a number, the value of name, or metrics (port 8090). With it there is a Service NAME-metrics, inside the cluster only. */
  readonly mtargetPort?: IntOrString;
  /**
   * How the Service is reached.
   * @default "LoadBalancer"
   */
  readonly serviceType: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  /** Settings of the Service, mostly for load balancers of a cloud. */
  readonly service?: ServiceSettings;
  /** What one pod may use at most (limits) and is promised (requests). */
  readonly resources?: ResourceRequirements;
  /** Requests per second that one pod serves. */
  readonly singlePodQPS: number;
  /** Declared load in requests per second: ceil(totalQPS / singlePodQPS) pods, so 0 means none. Without it 1 pod. With autoscaling it only seeds the first Deployment. */
  readonly totalQPS?: number;
  /** Number of pods set by hand, before everything else; kubectl scale writes it. Remove it to hand the number back. */
  readonly replicas?: number;
  /** Scale with the load that Prometheus reports: ceil(load / singlePodQPS) pods, within minReplicas and maxReplicas. */
  readonly autoscaling?: DefaultedAutoscaling;
  /** Leave Deployment and Services as they are. */
  readonly suspend?: boolean;
  /**
   * Baseline: no privilege escalation, seccomp RuntimeDefault, stock images run. Restricted: the Pod Security Standard of that name.
   * @default "Baseline"
   */
  readonly podSecurity: 'Baseline' | 'Restricted';
  /** Replaces the image's entry point. Not run in a shell. */
  readonly command?: readonly string[];
  /** Replaces the image's arguments. */
  readonly args?: readonly string[];
  /** Environment variables of the container. */
  readonly env?: readonly EnvVar[];
  /** ConfigMaps and Secrets whose keys become environment variables. */
  readonly envFrom?: readonly EnvFromSource[];
  /** When it fails, the pod gets no traffic. */
  readonly readinessProbe?: Probe;
  /** When it fails, the container is restarted. */
  readonly livenessProbe?: Probe;
  /** Until it succeeds, the other probes wait. */
  readonly startupProbe?: Probe;
  /** When to pull the image; Kubernetes' default unless given. */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Secrets with the credentials of the registry. */
  readonly imagePullSecrets?: readonly {
    /** Name of the Secret, in the ElasticWeb's namespace. */
    readonly name: string;
  }[];
  /** Seconds that a pod gets to end, 30 unless given. */
  readonly terminationGracePeriodSeconds?: number;
  /** Seconds that a pod goes on serving after it was told to end, so that load balancers stop sending first. Not above terminationGracePeriodSeconds. */
  readonly preStopSleepSeconds?: number;
  /** Annotations of the pods. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** More labels of the pods. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Labels that a node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints of nodes that the pods tolerate. */
  readonly tolerations?: readonly Toleration[];
  /** Where pods should and should not run. */
  readonly affinity?: Affinity;
  /** How pods are spread over zones, nodes, ... */
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  /** How new pods replace old ones. */
  readonly strategy?: DeploymentStrategy;
  /** Seconds in which a rollout must make progress, 600 unless given. */
  readonly progressDeadlineSeconds?: number;
}

/** Scale with the load that Prometheus reports: ceil(load / singlePodQPS) pods, within minReplicas and maxReplicas. */
export interface Autoscaling {
  /**
   * Auto decides and acts; Observe decides, reports in status, and changes nothing.
   * @default "Auto"
   */
  readonly mode?: 'Auto' | 'Observe';
  /**
   * The least number of pods; 0 only with metric type External.
   * @default 1
   */
  readonly minReplicas?: number;
  /** The largest number of pods. */
  readonly maxReplicas: number;
  /**
   * Which counter measures the load.
   * @default {}
   */
  readonly metric?: Metric;
  /**
   * How fast the number of pods may follow the load: the shape and meaning of HPA v2 behavior.
   * @default {}
   */
  readonly behavior?: Behavior;
  /**
   * What happens when the load has been unknown for long. Until then, and without replicas, the number of pods stays.
   * @default {}
   */
  readonly fallback?: Fallback;
  /**
   * Full pods serve what they can and their counters show no more. When the load a pod carries stays well above singlePodQPS, take larger steps.
   * @default true
   */
  readonly saturation?: boolean;
}

/** Scale with the load that Prometheus reports: ceil(load / singlePodQPS) pods, within minReplicas and maxReplicas. */
export interface DefaultedAutoscaling {
  /**
   * Auto decides and acts; Observe decides, reports in status, and changes nothing.
   * @default "Auto"
   */
  readonly mode: 'Auto' | 'Observe';
  /**
   * The least number of pods; 0 only with metric type External.
   * @default 1
   */
  readonly minReplicas: number;
  /** The largest number of pods. */
  readonly maxReplicas: number;
  /**
   * Which counter measures the load.
   * @default {}
   */
  readonly metric: DefaultedMetric;
  /**
   * How fast the number of pods may follow the load: the shape and meaning of HPA v2 behavior.
   * @default {}
   */
  readonly behavior: Behavior;
  /**
   * What happens when the load has been unknown for long. Until then, and without replicas, the number of pods stays.
   * @default {}
   */
  readonly fallback: DefaultedFallback;
  /**
   * Full pods serve what they can and their counters show no more. When the load a pod carries stays well above singlePodQPS, take larger steps.
   * @default true
   */
  readonly saturation: boolean;
}

/**
 * Which counter measures the load.
 * @default {}
 */
export interface Metric {
  /**
   * Pods: counted by the pods themselves, found by the Service's name. External: counted elsewhere (ingress, gateway), found by namespace and matchLabels.
   * @default "Pods"
   */
  readonly type?: 'Pods' | 'External';
  /**
   * Name of a Prometheus counter of requests.
   * @default "http_server_requests_seconds_count"
   */
  readonly name?: string;
  /** Labels that the series must have besides the name of the ElasticWeb. */
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/**
 * Which counter measures the load.
 * @default {}
 */
export interface DefaultedMetric {
  /**
   * Pods: counted by the pods themselves, found by the Service's name. External: counted elsewhere (ingress, gateway), found by namespace and matchLabels.
   * @default "Pods"
   */
  readonly type: 'Pods' | 'External';
  /**
   * Name of a Prometheus counter of requests.
   * @default "http_server_requests_seconds_count"
   */
  readonly name: string;
  /** Labels that the series must have besides the name of the ElasticWeb. */
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/**
 * How fast the number of pods may follow the load: the shape and meaning of HPA v2 behavior.
 * @default {}
 */
export interface Behavior {
  /** Rules upwards. */
  readonly scaleUp?: ScalingRules;
  /** Rules downwards. */
  readonly scaleDown?: ScalingRules;
}

/** The rules of one direction, as HPA v2 has them. */
export interface ScalingRules {
  /** The most cautious recommendation of this many seconds wins. Unless given: 0 upwards, 300 downwards. */
  readonly stabilizationWindowSeconds?: number;
  /** Max takes the policy that allows most, Min the one that allows least, Disabled forbids this direction. */
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  /** Limits on the speed; unless given, none upwards and 100 % in 15 s downwards. */
  readonly policies?: readonly ScalingPolicy[];
  /** Relative difference that changes nothing, such as 0.1 or 50m. Unless given: 0 upwards, 0.1 downwards. */
  readonly tolerance?: IntOrString;
}

/** How far the number of pods may move within a period. */
export interface ScalingPolicy {
  /** Pods: value is a number of pods. Percent: of the pods at the start of the period. */
  readonly type: 'Pods' | 'Percent';
  /** How many, or how many percent. */
  readonly value: number;
  /** The period. */
  readonly periodSeconds: number;
}

/**
 * What happens when the load has been unknown for long. Until then, and without replicas, the number of pods stays.
 * @default {}
 */
export interface Fallback {
  /**
   * Seconds without a reading after which the fallback applies.
   * @default 300
   */
  readonly staleAfterSeconds?: number;
  /** Number of pods then; never below the current number unless allowScaleDown is true. */
  readonly replicas?: number;
  /** Whether the fallback may lower the number of pods. */
  readonly allowScaleDown?: boolean;
}

/**
 * What happens when the load has been unknown for long. Until then, and without replicas, the number of pods stays.
 * @default {}
 */
export interface DefaultedFallback {
  /**
   * Seconds without a reading after which the fallback applies.
   * @default 300
   */
  readonly staleAfterSeconds: number;
  /** Number of pods then; never below the current number unless allowScaleDown is true. */
  readonly replicas?: number;
  /** Whether the fallback may lower the number of pods. */
  readonly allowScaleDown?: boolean;
}

/** Settings of the Service, mostly for load balancers of a cloud. */
export interface ServiceSettings {
  /** Annotations of the Service. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Which implementation serves the load balancer. Immutable while serviceType is LoadBalancer. */
  readonly loadBalancerClass?: string;
  /** Client addresses (CIDR) that may use the load balancer. */
  readonly loadBalancerSourceRanges?: readonly string[];
  /** Cluster spreads over all nodes, Local keeps the client address. */
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  /** ClientIP sends one client always to the same pod. */
  readonly sessionAffinity?: 'None' | 'ClientIP';
}

/** What one pod may use at most (limits) and is promised (requests). */
export interface ResourceRequirements {
  /** The most that a pod may use, by resource: cpu, memory, ... */
  readonly limits?: Readonly<Record<string, IntOrString>>;
  /** What the scheduler sets aside for a pod, by resource. */
  readonly requests?: Readonly<Record<string, IntOrString>>;
}

/** One environment variable. */
export interface EnvVar {
  /** Name of the variable. */
  readonly name: string;
  /** Its value. $(VAR) refers to another variable. */
  readonly value?: string;
  /** Where to take the value from instead. */
  readonly valueFrom?: {
    /** One key of a ConfigMap. */
    readonly configMapKeyRef?: {
      /** Name of the ConfigMap, in the ElasticWeb's namespace. */
      readonly name: string;
      /** The key to take. */
      readonly key: string;
      /** Start the pod even when the ConfigMap or the key is missing. */
      readonly optional?: boolean;
    };
    /** One key of a Secret. */
    readonly secretKeyRef?: {
      /** Name of the Secret, in the ElasticWeb's namespace. */
      readonly name: string;
      /** The key to take. */
      readonly key: string;
      /** Start the pod even when the Secret or the key is missing. */
      readonly optional?: boolean;
    };
    /** A field of the pod itself. */
    readonly fieldRef?: {
      /** Version of the path, v1 unless given. */
      readonly apiVersion?: string;
      /** Path, such as metadata.name or status.podIP. */
      readonly fieldPath: string;
    };
    /** A limit or request of the container. */
    readonly resourceFieldRef?: {
      /** Name of the container: web, unless given. */
      readonly containerName?: string;
      /** Which one, such as limits.cpu. */
      readonly resource: string;
      /** Unit of the value, 1 unless given. */
      readonly divisor?: IntOrString;
    };
  };
}

/** A set of environment variables. */
export interface EnvFromSource {
  /** Text put before each key. */
  readonly prefix?: string;
  /** All keys of a ConfigMap. */
  readonly configMapRef?: {
    /** Name of the ConfigMap, in the ElasticWeb's namespace. */
    readonly name: string;
    /** Start the pod even when the ConfigMap is missing. */
    readonly optional?: boolean;
  };
  /** All keys of a Secret. */
  readonly secretRef?: {
    /** Name of the Secret, in the ElasticWeb's namespace. */
    readonly name: string;
    /** Start the pod even when the Secret is missing. */
    readonly optional?: boolean;
  };
}

/** A check that the kubelet runs against the container. Give exactly one of exec, grpc, httpGet, tcpSocket. */
export interface Probe {
  /** Run a command; exit code 0 is success. */
  readonly exec?: {
    /** Command and arguments, without a shell. */
    readonly command?: readonly string[];
  };
  /** Ask the gRPC health service. */
  readonly grpc?: {
    /** Port number. */
    readonly port: number;
    /** Name of the service to ask for. */
    readonly service?: string;
  };
  /** Send a GET request; 200 to 399 is success. */
  readonly httpGet?: {
    /** Path of the request. */
    readonly path?: string;
    /** Port of the container, a number or a name. */
    readonly port: IntOrString;
    /** HTTP unless given. */
    readonly scheme?: 'HTTP' | 'HTTPS';
    /** Headers to send. */
    readonly httpHeaders?: readonly {
      /** Name. */
      readonly name: string;
      /** Value. */
      readonly value: string;
    }[];
  };
  /** Open a TCP connection. */
  readonly tcpSocket?: {
    /** Port of the container, a number or a name. */
    readonly port: IntOrString;
  };
  /** Seconds to wait before the first check. */
  readonly initialDelaySeconds?: number;
  /** Seconds between checks, 10 unless given. */
  readonly periodSeconds?: number;
  /** Seconds after which a check has failed, 1 unless given. */
  readonly timeoutSeconds?: number;
  /** Successes in a row that count as success, 1 unless given. */
  readonly successThreshold?: number;
  /** Failures in a row that count as failure, 3 unless given. */
  readonly failureThreshold?: number;
  /** Seconds that the container gets to end after this check failed. */
  readonly terminationGracePeriodSeconds?: number;
}

/** A taint of nodes that the pods tolerate. */
export interface Toleration {
  /** Key of the taint; empty with operator Exists means every taint. */
  readonly key?: string;
  /** Equal unless given. */
  readonly operator?: 'Exists' | 'Equal' | 'Lt' | 'Gt';
  /** Value of the taint. */
  readonly value?: string;
  /** Effect of the taint; absent means all. */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** Seconds that a NoExecute taint is tolerated; absent means for ever. */
  readonly tolerationSeconds?: number;
}

/** Where pods should and should not run. */
export interface Affinity {
  /** By the labels of nodes. */
  readonly nodeAffinity?: {
    /** Must hold. */
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      /** One of these must hold. */
      readonly nodeSelectorTerms: readonly {
        /** Conditions on the labels of the node. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist, Gt, Lt. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
        /** Conditions on the fields of the node. */
        readonly matchFields?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist, Gt, Lt. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      }[];
    };
    /** Should hold. */
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      /** Weight among the preferences. */
      readonly weight: number;
      /** Conditions that must all hold. */
      readonly preference: {
        /** Conditions on the labels of the node. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist, Gt, Lt. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
        /** Conditions on the fields of the node. */
        readonly matchFields?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist, Gt, Lt. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      };
    }[];
  };
  /** Near to these pods. */
  readonly podAffinity?: {
    /** Must hold. */
    readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
      /** Selects by labels; empty selects all, absent none. */
      readonly labelSelector?: {
        /** Labels that must have these values. */
        readonly matchLabels?: Readonly<Record<string, string>>;
        /** Conditions that must all hold. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      };
      /** Namespaces of those pods; absent means the ElasticWeb's own. */
      readonly namespaceSelector?: {
        /** Labels that must have these values. */
        readonly matchLabels?: Readonly<Record<string, string>>;
        /** Conditions that must all hold. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      };
      /** Names of those namespaces. */
      readonly namespaces?: readonly string[];
      /** Labels of the pod itself that must agree. */
      readonly matchLabelKeys?: readonly string[];
      /** Labels of the pod itself that must differ. */
      readonly mismatchLabelKeys?: readonly string[];
      /** Label of nodes that says what near is, such as kubernetes.io/hostname. */
      readonly topologyKey: string;
    }[];
    /** Should hold. */
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      /** Weight among the preferences. */
      readonly weight: number;
      /** Pods to be near to, or away from. */
      readonly podAffinityTerm: {
        /** Selects by labels; empty selects all, absent none. */
        readonly labelSelector?: {
          /** Labels that must have these values. */
          readonly matchLabels?: Readonly<Record<string, string>>;
          /** Conditions that must all hold. */
          readonly matchExpressions?: readonly {
            /** Key of the label. */
            readonly key: string;
            /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
            readonly operator: string;
            /** Values: none for Exists and DoesNotExist. */
            readonly values?: readonly string[];
          }[];
        };
        /** Namespaces of those pods; absent means the ElasticWeb's own. */
        readonly namespaceSelector?: {
          /** Labels that must have these values. */
          readonly matchLabels?: Readonly<Record<string, string>>;
          /** Conditions that must all hold. */
          readonly matchExpressions?: readonly {
            /** Key of the label. */
            readonly key: string;
            /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
            readonly operator: string;
            /** Values: none for Exists and DoesNotExist. */
            readonly values?: readonly string[];
          }[];
        };
        /** Names of those namespaces. */
        readonly namespaces?: readonly string[];
        /** Labels of the pod itself that must agree. */
        readonly matchLabelKeys?: readonly string[];
        /** Labels of the pod itself that must differ. */
        readonly mismatchLabelKeys?: readonly string[];
        /** Label of nodes that says what near is, such as kubernetes.io/hostname. */
        readonly topologyKey: string;
      };
    }[];
  };
  /** Away from these pods. */
  readonly podAntiAffinity?: {
    /** Must hold. */
    readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
      /** Selects by labels; empty selects all, absent none. */
      readonly labelSelector?: {
        /** Labels that must have these values. */
        readonly matchLabels?: Readonly<Record<string, string>>;
        /** Conditions that must all hold. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      };
      /** Namespaces of those pods; absent means the ElasticWeb's own. */
      readonly namespaceSelector?: {
        /** Labels that must have these values. */
        readonly matchLabels?: Readonly<Record<string, string>>;
        /** Conditions that must all hold. */
        readonly matchExpressions?: readonly {
          /** Key of the label. */
          readonly key: string;
          /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
          readonly operator: string;
          /** Values: none for Exists and DoesNotExist. */
          readonly values?: readonly string[];
        }[];
      };
      /** Names of those namespaces. */
      readonly namespaces?: readonly string[];
      /** Labels of the pod itself that must agree. */
      readonly matchLabelKeys?: readonly string[];
      /** Labels of the pod itself that must differ. */
      readonly mismatchLabelKeys?: readonly string[];
      /** Label of nodes that says what near is, such as kubernetes.io/hostname. */
      readonly topologyKey: string;
    }[];
    /** Should hold. */
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      /** Weight among the preferences. */
      readonly weight: number;
      /** Pods to be near to, or away from. */
      readonly podAffinityTerm: {
        /** Selects by labels; empty selects all, absent none. */
        readonly labelSelector?: {
          /** Labels that must have these values. */
          readonly matchLabels?: Readonly<Record<string, string>>;
          /** Conditions that must all hold. */
          readonly matchExpressions?: readonly {
            /** Key of the label. */
            readonly key: string;
            /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
            readonly operator: string;
            /** Values: none for Exists and DoesNotExist. */
            readonly values?: readonly string[];
          }[];
        };
        /** Namespaces of those pods; absent means the ElasticWeb's own. */
        readonly namespaceSelector?: {
          /** Labels that must have these values. */
          readonly matchLabels?: Readonly<Record<string, string>>;
          /** Conditions that must all hold. */
          readonly matchExpressions?: readonly {
            /** Key of the label. */
            readonly key: string;
            /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
            readonly operator: string;
            /** Values: none for Exists and DoesNotExist. */
            readonly values?: readonly string[];
          }[];
        };
        /** Names of those namespaces. */
        readonly namespaces?: readonly string[];
        /** Labels of the pod itself that must agree. */
        readonly matchLabelKeys?: readonly string[];
        /** Labels of the pod itself that must differ. */
        readonly mismatchLabelKeys?: readonly string[];
        /** Label of nodes that says what near is, such as kubernetes.io/hostname. */
        readonly topologyKey: string;
      };
    }[];
  };
}

/** How pods are spread. */
export interface TopologySpreadConstraint {
  /** The most by which two places may differ in pods. */
  readonly maxSkew: number;
  /** The least number of places. */
  readonly minDomains?: number;
  /** Label of nodes that names the place, such as topology.kubernetes.io/zone. */
  readonly topologyKey: string;
  /** What happens when it cannot hold. */
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  /** The pods that count; absent means this ElasticWeb's own. */
  readonly labelSelector?: {
    /** Labels that must have these values. */
    readonly matchLabels?: Readonly<Record<string, string>>;
    /** Conditions that must all hold. */
    readonly matchExpressions?: readonly {
      /** Key of the label. */
      readonly key: string;
      /** How key and values relate: In, NotIn, Exists, DoesNotExist. */
      readonly operator: string;
      /** Values: none for Exists and DoesNotExist. */
      readonly values?: readonly string[];
    }[];
  };
  /** Labels of the pod itself that narrow the pods that count. */
  readonly matchLabelKeys?: readonly string[];
  /** Whether nodes that affinity leaves out count. */
  readonly nodeAffinityPolicy?: 'Honor' | 'Ignore';
  /** Whether tainted nodes count. */
  readonly nodeTaintsPolicy?: 'Honor' | 'Ignore';
}

/** How new pods replace old ones. */
export interface DeploymentStrategy {
  /** RollingUpdate unless given. */
  readonly type?: 'Recreate' | 'RollingUpdate';
  /** Only with RollingUpdate. */
  readonly rollingUpdate?: {
    /** Pods above the desired number during a rollout, a number or a percentage; 25% unless given. */
    readonly maxSurge?: IntOrString;
    /** Pods that may be missing during a rollout, a number or a percentage; 25% unless given. */
    readonly maxUnavailable?: IntOrString;
  };
}

/**
 * What is. Written by the syncer alone.
 * @default {"observedGeneration":-1}
 */
export interface ElasticWebStatus {
  /** The metadata.generation that this status speaks of; -1 until the syncer has seen the object. */
  readonly observedGeneration?: number;
  /** Pods that exist. */
  readonly replicas?: number;
  /** Pods that are ready. */
  readonly readyReplicas?: number;
  /** Pods that there should be. */
  readonly desiredReplicas?: number;
  /** Pods that there would be with mode Auto; only with mode Observe. */
  readonly recommendedReplicas?: number;
  /** Requests per second that the ready pods can serve: singlePodQPS x readyReplicas. */
  readonly realQPS?: number;
  /** The load behind the last decision, in requests per second, for people: 1234.5. For machines: scaling.observedMilliQPS. */
  readonly observedQPS?: string;
  /** Label selector of the pods, for the scale subresource. */
  readonly selector?: string;
  /** When the number of pods last changed. */
  readonly lastScaleTime?: string;
  /** What scaling must remember across restarts. */
  readonly scaling?: ScalingStatus;
  /** The state, aspect by aspect. */
  readonly conditions?: readonly Condition[];
}

/** What scaling must remember across restarts. */
export interface ScalingStatus {
  /** The load behind the last decision, in thousandths of a request per second. */
  readonly observedMilliQPS?: number;
  /** When that load was measured. */
  readonly observedTime?: string;
  /** Why the number of pods is what it is. */
  readonly reason?: string;
  /** Recent recommendations, before stabilization. */
  readonly recommendations?: readonly {
    /** When. */
    readonly time: string;
    /** Recommended number of pods. */
    readonly replicas: number;
  }[];
  /** Recent changes of the number of pods. */
  readonly events?: readonly {
    /** When. */
    readonly time: string;
    /** Pods added, or removed when negative. */
    readonly change: number;
    /** What a pod carried then, in thousandths of a request per second. */
    readonly milliQPSPerPod?: number;
  }[];
}

/** One aspect of the state, as the Kubernetes API conventions have it. */
export interface Condition {
  /** Which aspect, such as Ready. */
  readonly type: string;
  /** Whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** Why, in one word. */
  readonly reason: string;
  /** Why, for people. */
  readonly message: string;
  /** When status last changed. */
  readonly lastTransitionTime: string;
  /** The metadata.generation that this speaks of. */
  readonly observedGeneration?: number;
}

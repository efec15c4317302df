// Modules of which tests read files, such as the CRDs that a project publishes. Nothing of them is compiled.
module elasticweb.example.com/test/modules

go 1.26.3

require (
	github.com/argoproj/argo-cd/v3 v3.5.7
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
	github.com/prometheus-operator/prometheus-operator v0.85.0
)

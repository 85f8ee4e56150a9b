package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Knetic/govaluate"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/telemetry"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/metrics"
)

// node is one that a template with metrics has ended: what they are made of.
type node struct {
	Metrics []*wfv1.Prometheus `json:"metrics"`
	// Variables of the node and the Workflow, as `status` and `outputs.parameters.stage`.
	Scope map[string]string `json:"scope"`
}

// count does with the metrics of nodes what the controller does when it sees them end (`computeMetrics`), and answers
// what it then shows to Prometheus under the given beginning of names.
func count(nodes []node, prefix string) (string, error) {
	ctx := context.Background()
	all, err := metrics.New(ctx, "workflow-check", "argo_workflows", &telemetry.Config{Enabled: true}, metrics.Callbacks{})
	if err != nil {
		return "", err
	}
	for _, each := range nodes {
		for _, metric := range each.Metrics {
			if err := countOne(ctx, all, metric, each.Scope); err != nil {
				return "", fmt.Errorf("metric %s: %w", metric.Name, err)
			}
		}
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), prefix) {
			if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
				return "", err
			}
		}
	}
	return text.String(), nil
}

// countOne fills the variables in, first all but the value, then the value, and counts when the condition holds.
func countOne(ctx context.Context, all *metrics.Metrics, metric *wfv1.Prometheus, scope map[string]string) error {
	variables := make(map[string]any, len(scope))
	for name, value := range scope {
		variables[name] = value
	}
	text, err := json.Marshal(metric)
	if err != nil {
		return err
	}
	filled, err := template.Replace(string(text), variables, false)
	if err != nil {
		return err
	}
	spec := &wfv1.Prometheus{}
	if err := json.Unmarshal([]byte(filled), spec); err != nil {
		return err
	}
	holds, err := holds(spec.When)
	if err != nil || !holds {
		return err
	}
	return all.UpsertCustomMetric(ctx, spec, "", nil)
}

// holds evaluates a condition as the controller does: words are texts.
func holds(when string) (bool, error) {
	if when == "" {
		return true, nil
	}
	expression, err := govaluate.NewEvaluableExpression(when)
	if err != nil {
		return false, err
	}
	tokens := expression.Tokens()
	for i := range tokens {
		if tokens[i].Kind == govaluate.VARIABLE {
			tokens[i].Kind = govaluate.STRING
		}
	}
	expression, err = govaluate.NewEvaluableExpressionFromTokens(tokens)
	if err != nil {
		return false, err
	}
	result, err := expression.Evaluate(nil)
	if err != nil {
		return false, err
	}
	answer, ok := result.(bool)
	if !ok {
		return false, fmt.Errorf("the condition %q is neither true nor false", when)
	}
	return answer, nil
}

// Command workflow-check runs Argo Workflows' own validation and substitution over WorkflowTemplates and the Workflows
// that refer to them, as the controller does before it makes a pod. It reads one JSON document from standard input and
// writes one to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/templateresolution"
	"github.com/argoproj/argo-workflows/v3/workflow/util"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
)

type input struct {
	// Documents in YAML or JSON.
	Templates []string `json:"templates"`
	Workflows []string `json:"workflows"`
	// Nodes that have ended, whose metrics are counted, in this order.
	Nodes []node `json:"nodes"`
}

// run is a Workflow as its pods would see it.
type run struct {
	Name     string   `json:"name"`
	Problems []string `json:"problems"`
	// The Workflow's merged spec without its templates, every variable of the Workflow filled in.
	Spec json.RawMessage `json:"spec,omitempty"`
	// Each template with its variables filled in. An input that only a step can give has its own name as value.
	Templates map[string]*wfv1.Template `json:"templates,omitempty"`
}

type output struct {
	Problems []string `json:"problems"`
	Runs     []run    `json:"runs"`
	// What Prometheus would read of the metrics of nodes.
	Counted string `json:"counted"`
}

// templates are the WorkflowTemplates of one namespace, by name.
type templates map[string]*wfv1.WorkflowTemplate

func (known templates) Get(name string) (*wfv1.WorkflowTemplate, error) {
	if found, ok := known[name]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("workflowtemplates %q not found", name)
}

// noClusterTemplates knows none: everything of ours lives in a namespace.
type noClusterTemplates struct{}

func (noClusterTemplates) Get(name string) (*wfv1.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("clusterworkflowtemplates %q not found", name)
}

func main() {
	// The libraries may print; standard output holds the answer alone.
	answers := os.Stdout
	os.Stdout = os.Stderr
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fmt.Fprintln(os.Stderr, "workflow-check: standard input is not the expected JSON:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(answers).Encode(check(in)); err != nil {
		fmt.Fprintln(os.Stderr, "workflow-check:", err)
		os.Exit(1)
	}
}

func check(in input) output {
	out := output{Problems: []string{}, Runs: []run{}}
	known := map[string]templates{}
	for _, text := range in.Templates {
		tmpl := &wfv1.WorkflowTemplate{}
		if err := yaml.UnmarshalStrict([]byte(text), tmpl); err != nil {
			out.Problems = append(out.Problems, fmt.Sprintf("WorkflowTemplate: %v", err))
			continue
		}
		if known[tmpl.Namespace] == nil {
			known[tmpl.Namespace] = templates{}
		}
		known[tmpl.Namespace][tmpl.Name] = tmpl
	}
	for _, inNamespace := range known {
		for name, tmpl := range inNamespace {
			if err := validate.ValidateWorkflowTemplate(inNamespace, noClusterTemplates{}, tmpl, nil, validate.ValidateOpts{}); err != nil {
				out.Problems = append(out.Problems, fmt.Sprintf("WorkflowTemplate %s: %v", name, err))
			}
		}
	}
	if len(in.Nodes) > 0 {
		counted, err := count(in.Nodes, "argo_workflows_codex_")
		if err != nil {
			out.Problems = append(out.Problems, err.Error())
		}
		out.Counted = counted
	}
	for _, text := range in.Workflows {
		wf := &wfv1.Workflow{}
		if err := yaml.UnmarshalStrict([]byte(text), wf); err != nil {
			out.Runs = append(out.Runs, run{Name: wf.Name, Problems: []string{err.Error()}})
			continue
		}
		result := run{Name: wf.Name, Problems: []string{}}
		if err := start(wf, known[wf.Namespace], &result); err != nil {
			result.Problems = append(result.Problems, err.Error())
		}
		out.Runs = append(out.Runs, result)
	}
	return out
}

// start does what the controller does with a new Workflow, under `templateReferencing: Strict`.
func start(wf *wfv1.Workflow, known templateresolution.WorkflowTemplateNamespacedGetter, result *run) error {
	if wf.Spec.WorkflowTemplateRef == nil {
		return fmt.Errorf("workflows must use workflowTemplateRef to be executed when the controller is in reference mode")
	}
	if err := util.ValidateUserOverrides(&wf.Spec); err != nil {
		return err
	}
	if err := validate.ValidateWorkflow(known, noClusterTemplates{}, wf, nil, validate.ValidateOpts{}); err != nil {
		return fmt.Errorf("invalid spec: %w", err)
	}
	tmpl, err := known.Get(wf.Spec.WorkflowTemplateRef.Name)
	if err != nil {
		return err
	}
	merged, err := util.JoinWorkflowSpec(util.SanitizeUserWorkflowSpec(&wf.Spec), &tmpl.Spec, &wfv1.WorkflowSpec{})
	if err != nil {
		return err
	}
	globals, err := globalParameters(wf, merged)
	if err != nil {
		return err
	}
	if result.Spec, err = substitute(merged.Spec, globals); err != nil {
		return err
	}
	result.Templates = map[string]*wfv1.Template{}
	for i := range merged.Spec.Templates {
		each := &merged.Spec.Templates[i]
		arguments := &wfv1.Arguments{}
		for _, parameter := range each.Inputs.Parameters {
			if parameter.Value == nil {
				arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: parameter.Name, Value: wfv1.AnyStringPtr(parameter.Name)})
			}
		}
		locals := common.Parameters{"node.name": wf.Name, common.LocalVarPodName: wf.Name}
		filled, err := common.ProcessArgs(each, arguments, globals, locals, false, wf.Namespace, nil)
		if err != nil {
			return fmt.Errorf("template %s: %w", each.Name, err)
		}
		result.Templates[each.Name] = filled
	}
	return nil
}

// globalParameters are the controller's, as far as one can know them before a Workflow runs.
func globalParameters(wf, merged *wfv1.Workflow) (common.Parameters, error) {
	all, err := json.Marshal(merged.Spec.Arguments.Parameters)
	if err != nil {
		return nil, err
	}
	globals := common.Parameters{
		common.GlobalVarWorkflowName:               wf.Name,
		common.GlobalVarWorkflowNamespace:          wf.Namespace,
		common.GlobalVarWorkflowMainEntrypoint:     merged.Spec.Entrypoint,
		common.GlobalVarWorkflowServiceAccountName: merged.Spec.ServiceAccountName,
		common.GlobalVarWorkflowUID:                "00000000-0000-4000-8000-000000000000",
		common.GlobalVarWorkflowCreationTimestamp:  "2026-01-01T00:00:00Z",
		common.GlobalVarWorkflowParametersJSON:     string(all),
		common.GlobalVarWorkflowParameters:         string(all),
		common.GlobalVarWorkflowStatus:             "Failed",
		common.GlobalVarWorkflowFailures:           "[]",
		common.GlobalVarWorkflowDuration:           "1.000000",
	}
	for _, parameter := range merged.Spec.Arguments.Parameters {
		if parameter.Value == nil {
			return nil, fmt.Errorf("either value or valueFrom must be specified in order to set global parameter %s", parameter.Name)
		}
		globals["workflow.parameters."+parameter.Name] = parameter.Value.String()
	}
	for name, value := range wf.Annotations {
		globals["workflow.annotations."+name] = value
	}
	for name, value := range wf.Labels {
		globals["workflow.labels."+name] = value
	}
	return globals, nil
}

func substitute(spec wfv1.WorkflowSpec, globals common.Parameters) (json.RawMessage, error) {
	spec.Templates = nil
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	filled, err := template.Replace(string(text), template.ToAnyMap(globals), true)
	if err != nil {
		return nil, err
	}
	var decoded wfv1.WorkflowSpec
	if err := json.Unmarshal([]byte(filled), &decoded); err != nil {
		return nil, err
	}
	return json.Marshal(decoded)
}

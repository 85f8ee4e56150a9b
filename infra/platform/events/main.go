// Command sensor-check plays a Kafka record through Argo Events' own code: the objects are decoded and validated as the
// controllers do it, the record becomes an event as the EventSource makes it, and the trigger runs against a cluster
// that exists only in memory. It reads one JSON document from standard input and writes one to standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/eventsources/events"
	"github.com/argoproj/argo-events/pkg/reconciler"
	"github.com/argoproj/argo-events/pkg/reconciler/eventbus"
	"github.com/argoproj/argo-events/pkg/reconciler/eventsource"
	"github.com/argoproj/argo-events/pkg/reconciler/sensor"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
	standardk8s "github.com/argoproj/argo-events/pkg/sensors/triggers/standard-k8s"
)

type record struct {
	Name      string            `json:"name"`
	Topic     string            `json:"topic"`
	Key       string            `json:"key"`
	Partition int               `json:"partition"`
	Offset    int64             `json:"offset"`
	Headers   map[string]string `json:"headers"`
	Value     string            `json:"value"`
}

type input struct {
	EventBus    string `json:"eventBus"`
	EventSource string `json:"eventSource"`
	Sensor      string `json:"sensor"`
	// The versions that the controller's configuration knows.
	JetStreamVersions []string `json:"jetStreamVersions"`
	Records           []record `json:"records"`
}

// launch is what one trigger made of one record.
type launch struct {
	Record  string `json:"record"`
	Trigger string `json:"trigger"`
	// Why the trigger failed; a failed one goes to the dead letters.
	Error string `json:"error,omitempty"`
	// What was created, and what asked of the API server over two deliveries of the same event.
	Object   json.RawMessage `json:"object,omitempty"`
	Requests []string        `json:"requests,omitempty"`
	// The body that the dead-letter trigger sends for this record, whether or not the trigger failed.
	DeadLetter json.RawMessage `json:"deadLetter,omitempty"`
	// Bytes of the event on the bus.
	BusBytes int `json:"busBytes"`
}

type output struct {
	Problems []string `json:"problems"`
	Launches []launch `json:"launches"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sensor-check:", err)
		os.Exit(1)
	}
}

func run() error {
	// Argo Events prints to standard output as it goes; the answer is the only thing that belongs there.
	answers := os.Stdout
	os.Stdout = os.Stderr
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return fmt.Errorf("standard input is not the expected JSON: %w", err)
	}
	out := output{Problems: []string{}, Launches: []launch{}}
	bus, source, sens := &v1alpha1.EventBus{}, &v1alpha1.EventSource{}, &v1alpha1.Sensor{}
	decoded := true
	for _, object := range []struct {
		text string
		into metav1.Object
		kind string
	}{{in.EventBus, bus, "EventBus"}, {in.EventSource, source, "EventSource"}, {in.Sensor, sens, "Sensor"}} {
		// The controllers let unknown fields pass; nothing of ours may hold one, since it would do nothing.
		if err := yaml.UnmarshalStrict([]byte(object.text), object.into); err != nil {
			out.Problems = append(out.Problems, fmt.Sprintf("%s: %v", object.kind, err))
			decoded = decoded && yaml.Unmarshal([]byte(object.text), object.into) == nil
		}
	}
	if decoded {
		validate(&out, in, bus, source, sens)
		for _, rec := range in.Records {
			launches, err := play(rec, source, sens)
			if err != nil {
				return fmt.Errorf("record %s: %w", rec.Name, err)
			}
			out.Launches = append(out.Launches, launches...)
		}
	}
	return json.NewEncoder(answers).Encode(out)
}

func validate(out *output, in input, bus *v1alpha1.EventBus, source *v1alpha1.EventSource, sens *v1alpha1.Sensor) {
	report := func(kind string, err error) {
		if err != nil {
			out.Problems = append(out.Problems, fmt.Sprintf("%s: %v", kind, err))
		}
	}
	report("EventBus", eventbus.ValidateEventBus(bus))
	if bus.Spec.JetStream != nil {
		config := reconciler.GlobalConfig{EventBus: &reconciler.EventBusConfig{JetStream: &reconciler.JetStreamConfig{}}}
		for _, version := range in.JetStreamVersions {
			config.EventBus.JetStream.Versions = append(config.EventBus.JetStream.Versions, reconciler.JetStreamVersion{Version: version})
		}
		_, err := config.GetJetStreamVersion(bus.Spec.JetStream.Version)
		report("EventBus", err)
	}
	report("EventSource", eventsource.ValidateEventSource(source.DeepCopy()))
	report("Sensor", sensor.ValidateSensor(sens.DeepCopy(), bus))
}

// play sends one record through every trigger of the Sensor.
func play(rec record, source *v1alpha1.EventSource, sens *v1alpha1.Sensor) ([]launch, error) {
	onBus, err := publish(rec, source)
	if err != nil {
		return []launch{{Record: rec.Name, Error: err.Error()}}, nil
	}
	launches := []launch{}
	for _, trigger := range sens.Spec.Triggers {
		event, err := receive(onBus)
		if err != nil {
			return nil, err
		}
		result := launch{Record: rec.Name, Trigger: trigger.Template.Name, BusBytes: len(onBus)}
		mapping := map[string]*v1alpha1.Event{}
		for _, dependency := range sens.Spec.Dependencies {
			if dependency.EventSourceName == event.Context.Source && dependency.EventName == event.Context.Subject {
				mapping[dependency.Name] = event
			}
		}
		if len(mapping) == 0 {
			result.Error = fmt.Sprintf("no dependency of Sensor %s is on event %s of EventSource %s", sens.Name, event.Context.Subject, event.Context.Source)
			launches = append(launches, result)
			continue
		}
		cluster := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[schema.GroupVersionResource]string{
			{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflows"}: "WorkflowList",
		})
		for range 2 {
			var made any
			if made, err = fire(cluster, sens, trigger.DeepCopy(), mapping); err != nil {
				result.Error = err.Error()
				break
			}
			if result.Object, err = json.Marshal(made); err != nil {
				return nil, err
			}
		}
		for _, action := range cluster.Actions() {
			result.Requests = append(result.Requests, action.GetVerb())
		}
		if dead := trigger.DlqTrigger; dead != nil && dead.Template.HTTP != nil {
			if result.DeadLetter, err = triggers.ConstructPayload(mapping, dead.Template.HTTP.Payload); err != nil {
				return nil, fmt.Errorf("dead letter of trigger %s: %w", trigger.Template.Name, err)
			}
		}
		launches = append(launches, result)
	}
	return launches, nil
}

// publish makes of a record what the Kafka EventSource puts on the bus (its own function is bound to a consumer group
// and a bus, so the same few calls are repeated here with its types).
func publish(rec record, source *v1alpha1.EventSource) ([]byte, error) {
	name, kafka, err := subscription(source, rec.Topic)
	if err != nil {
		return nil, err
	}
	data := events.KafkaEventData{
		Topic:     rec.Topic,
		Key:       rec.Key,
		Partition: rec.Partition,
		Timestamp: time.UnixMilli(1_790_000_000_000).UTC().String(),
		Headers:   rec.Headers,
		Metadata:  kafka.Metadata,
		Body:      []byte(rec.Value),
	}
	if kafka.JSONBody {
		value := json.RawMessage(rec.Value)
		data.Body = &value
	}
	body, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("the EventSource would skip it: %w", err)
	}
	broker, _, _ := strings.Cut(kafka.URL, ",")
	event := cloudevents.NewEvent()
	event.SetID(fmt.Sprintf("%s:%s:%s:%s:%d:%d", source.Name, name, broker, rec.Topic, rec.Partition, rec.Offset))
	event.SetType(string(v1alpha1.KafkaEvent))
	event.SetSource(source.Name)
	event.SetSubject(name)
	event.SetTime(time.UnixMilli(1_790_000_000_123))
	if err := event.SetData(cloudevents.ApplicationJSON, body); err != nil {
		return nil, err
	}
	return json.Marshal(event)
}

func subscription(source *v1alpha1.EventSource, topic string) (string, v1alpha1.KafkaEventSource, error) {
	for name, kafka := range source.Spec.Kafka {
		if kafka.Topic == topic {
			return name, kafka, nil
		}
	}
	return "", v1alpha1.KafkaEventSource{}, fmt.Errorf("EventSource %s reads no topic %s", source.Name, topic)
}

// receive makes of a message on the bus what the Sensor hands to its triggers.
func receive(message []byte) (*v1alpha1.Event, error) {
	var event cloudevents.Event
	if err := json.Unmarshal(message, &event); err != nil {
		return nil, err
	}
	return &v1alpha1.Event{
		Context: &v1alpha1.EventContext{
			DataContentType: event.Context.GetDataContentType(),
			Source:          event.Context.GetSource(),
			SpecVersion:     event.Context.GetSpecVersion(),
			Type:            event.Context.GetType(),
			Time:            metav1.Time{Time: event.Context.GetTime()},
			ID:              event.Context.GetID(),
			Subject:         event.Context.GetSubject(),
		},
		Data: event.Data(),
	}, nil
}

// fire does the steps of the Sensor's listener with the real trigger.
func fire(cluster *fake.FakeDynamicClient, sens *v1alpha1.Sensor, trigger *v1alpha1.Trigger, mapping map[string]*v1alpha1.Event) (any, error) {
	if err := triggers.ApplyTemplateParameters(mapping, trigger); err != nil {
		return nil, err
	}
	if trigger.Template.K8s == nil {
		return nil, fmt.Errorf("trigger %s is not a k8s trigger", trigger.Template.Name)
	}
	ctx := context.Background()
	real := standardk8s.NewStandardK8sTrigger(nil, cluster, sens, trigger, zap.NewNop().Sugar())
	resource, err := real.FetchResource(ctx)
	if err != nil {
		return nil, err
	}
	updated, err := real.ApplyResourceParameters(mapping, resource)
	if err != nil {
		return nil, err
	}
	return real.Execute(ctx, mapping, updated)
}

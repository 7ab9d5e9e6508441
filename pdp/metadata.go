package pdp

import (
	"encoding/json"
	"fmt"

	"gatehouse/web"
)

// metadata is the Policy Decision Point Metadata (Authorization API 1.0 section 9). It
// lists what works and nothing else.
type metadata struct {
	PDP            string `json:"policy_decision_point"`
	Evaluation     string `json:"access_evaluation_endpoint"`
	Evaluations    string `json:"access_evaluations_endpoint"`
	SearchSubject  string `json:"search_subject_endpoint"`
	SearchResource string `json:"search_resource_endpoint"`
	SearchAction   string `json:"search_action_endpoint"`
}

func (d *Door) openMetadata() error {
	body, err := json.Marshal(metadata{
		PDP: d.Issuer, Evaluation: d.Issuer + PathEvaluation, Evaluations: d.Issuer + PathEvaluations,
		SearchSubject: d.Issuer + PathSearchSubject, SearchResource: d.Issuer + PathSearchResource, SearchAction: d.Issuer + PathSearchAction,
	})
	if err != nil {
		return fmt.Errorf("open the decision point: %w", err)
	}
	d.metadata = web.NewStatic(body, web.TagOf(body), "public, max-age=3600")
	return nil
}

// Documents are the prebuilt public answers by path, which a server may serve ahead of
// everything else.
func (d *Door) Documents() map[string]web.Document {
	return map[string]web.Document{PathMetadata: {Handler: d.metadata, Route: "GET " + PathMetadata}}
}

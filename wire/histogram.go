package wire

import "time"

// Histogram is how many events there were, by the hour or by the day.
type Histogram struct {
	Step  string         `json:"step" enum:"hour,day"`
	Whole bool           `json:"whole"` // false: what is asked for lies among too much to be counted, and there are no bars
	Bars  []HistogramBar `json:"bars"`  // the oldest first; those without an event are there, too
}

// HistogramBar is one hour or day.
type HistogramBar struct {
	At time.Time `json:"at"` // its begin
	N  int64     `json:"events"`
}

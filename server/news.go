package server

import (
	"context"
	"net/http"
	"time"

	"gatehouse/web"
)

// hearWithin bounds how long a server reads when a command asks it to.
const hearWithin = 2 * time.Second

// news reads at once what others changed, as the next beat would, and says by which policy
// this process decides from now on.
func (h *health) news(w http.ResponseWriter, r *http.Request) {
	nonce := r.URL.Query().Get("nonce")
	if nonce == "" || len(nonce) > web.MaxNonce {
		http.Error(w, "nonce is missing, or too long", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hearWithin)
	defer cancel()
	policy, err := h.house.Hear(ctx)
	if err != nil {
		h.house.Log.Warn("what a command changed could not be read at once", "error", err.Error())
		http.Error(w, "what was changed could not be read", http.StatusServiceUnavailable)
		return
	}
	_ = web.JSON(w, http.StatusOK, web.News{Same: h.house.Same(nonce), Policy: policy})
}

// The list of orders shows what becomes of them while it is open. The shop tells of that by
// events, and the gate ends them with the right to see orders.
"use strict";

const events = new EventSource("/sse/orders");

events.addEventListener("order", async () => {
	const answer = await fetch("/shop/orders", { headers: { Accept: "text/html" } });
	if (!answer.ok) {
		return;
	}
	const page = new DOMParser().parseFromString(await answer.text(), "text/html");
	document.querySelector("[data-live]").replaceWith(page.querySelector("[data-live]"));
});

events.addEventListener("gatehouse", () => events.close());
events.addEventListener("open", () => { document.documentElement.dataset.live = "yes"; });

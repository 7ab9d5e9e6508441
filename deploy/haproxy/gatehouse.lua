-- Asks Gatehouse about each request, before it goes on: http-request lua.gatehouse
-- Whatever goes wrong on the way, the request does not go on.

local address = assert(os.getenv("GATEHOUSE_EDGE"), "GATEHOUSE_EDGE is not set")

local file = assert(io.open(assert(os.getenv("GATEHOUSE_EDGE_SECRET_FILE"), "GATEHOUSE_EDGE_SECRET_FILE is not set"), "r"))
local secret = file:read("l")
file:close()
assert(secret and #secret >= 32, "the secret of the edge has 32 characters at least")

-- What an application is told by Gatehouse alone. It is in each answer that lets a request
-- go on, empty where there is nothing to say.
local managed = { "x-gatehouse-jwt", "x-gatehouse-max-age", "x-request-id", "authorization", "cookie" }

-- What is about a connection or a body, and not for Gatehouse.
local own = {
	["host"] = true, ["connection"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true, ["trailer"] = true,
	["transfer-encoding"] = true, ["content-length"] = true, ["expect"] = true, ["upgrade"] = true, ["http2-settings"] = true,
}

local function refuse(txn, status, headers, body)
	local reply = txn:reply()
	reply:set_status(status)
	for name, values in pairs(headers or {}) do
		for _, value in pairs(values) do
			reply:add_header(name, value)
		end
	end
	reply:set_body(body or "")
	txn:done(reply)
end

local function question(txn)
	local asked, hosts = {}, {}
	for name, values in pairs(txn.http:req_get_headers()) do
		if name == "host" then
			hosts = values
		elseif not own[name] then
			asked[name] = {}
			for _, value in pairs(values) do
				table.insert(asked[name], value)
			end
		end
	end
	asked["x-gatehouse-edge-secret"] = { secret }
	asked["x-original-method"] = { txn.sf:method() }
	asked["x-original-scheme"] = { txn.sf:ssl_fc() == 1 and "https" or "http" }
	asked["x-original-uri"] = { txn.sf:url() }
	asked["x-original-host"] = {}
	for _, value in pairs(hosts) do
		table.insert(asked["x-original-host"], value)
	end
	asked["x-forwarded-for"] = { txn.sf:src() }
	return asked
end

core.register_action("gatehouse", { "http-req" }, function(txn)
	local answer = core.httpclient():get({ url = address, headers = question(txn), timeout = 10000 })
	if not answer or not answer.status or answer.status < 200 then
		return refuse(txn, 503)
	end
	if answer.status ~= 204 then
		local headers = {}
		for name, values in pairs(answer.headers) do
			if not own[name] and name ~= "date" then
				headers[name] = values
			end
		end
		return refuse(txn, answer.status, headers, answer.body)
	end
	for _, name in ipairs(managed) do
		local said = answer.headers[name]
		txn.http:req_del_header(name)
		if not said then
			return refuse(txn, 503) -- it is not Gatehouse that answers
		end
		if said[0] and said[0] ~= "" then
			txn.http:req_set_header(name, said[0])
		end
	end
end)

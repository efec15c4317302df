-- Health of an ElasticWeb, from the conditions that the syncer writes. See docs/argocd/README.md for the table.
if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "Pending deletion" }
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for the syncer to look at the newest version" }
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end
local ready = conditions["Ready"]
if ready == nil then
  return { status = "Progressing", message = "Waiting for the syncer to look at the newest version" }
end

local stalled = conditions["Stalled"]
if stalled ~= nil and stalled.status == "True" then
  return { status = "Degraded", message = stalled.reason .. ": " .. stalled.message }
end
if ready.reason == "Suspended" then
  return { status = "Suspended", message = ready.message }
end
if ready.reason == "Progressing" then
  return { status = "Progressing", message = ready.message }
end
if ready.status ~= "True" then
  return { status = "Progressing", message = ready.reason .. ": " .. ready.message }
end

-- It serves, also while the load is unknown or somebody else sets the number of pods: that is worth a word, not an alarm.
local message = ready.message
local active = conditions["ScalingActive"]
if active ~= nil and active.status == "False" then
  message = message .. "; " .. active.reason .. ": " .. active.message
end
return { status = "Healthy", message = message }

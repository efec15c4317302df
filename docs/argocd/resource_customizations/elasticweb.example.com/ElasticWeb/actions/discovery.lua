local suspended = obj.spec.suspend == true
return {
  ["suspend"] = { disabled = suspended, iconClass = "fa fa-fw fa-pause", displayName = "Suspend" },
  ["resume"] = { disabled = not suspended, iconClass = "fa fa-fw fa-play", displayName = "Resume" },
  ["clear-replicas"] = {
    disabled = obj.spec.replicas == nil,
    iconClass = "fa fa-fw fa-balance-scale",
    displayName = "Clear manual replicas",
  },
}

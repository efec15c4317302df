-- What `kubectl scale` set is removed: the number of pods comes from the load again.
obj.spec.replicas = nil
return obj

package drills

// schema is the drill file: every key, and the field of d that it stands for.
// Parse and YAML both follow it; which values are right is for problems to say.
func schema(d *Drill) fileSection {
	return fileSection{
		{"apiVersion", constantOf(APIVersion)},
		{"name", textOf(&d.Name)},
		{"description", proseOf(&d.Description)},
		{"model", textOf(&d.Model)},
		{"regions", fileList[string]{into: &d.Regions, item: regionSchema}},
		{"network", fileSection{
			{"interRegion", fileSection{
				{"latency", durationOf(&d.Network.InterRegion.Latency)},
				{"jitter", durationOf(&d.Network.InterRegion.Jitter)},
			}},
		}},
		{"endpoint", fileSection{
			{"ttl", durationOf(&d.Endpoint.TTL)},
			{"minResolutionInterval", durationOf(&d.Endpoint.MinResolution)},
		}},
		{"workload", fileSection{
			{"profile", textOf(&d.Workload.Profile)},
			{"rate", rateOf(&d.Workload.Rate)},
		}},
		{"probes", fileSection{
			{"start", rateOf(&d.Probes.Start)},
			{"signal", rateOf(&d.Probes.Signal)},
			{"query", rateOf(&d.Probes.Query)},
			{"update", rateOf(&d.Probes.Update)},
			{"workflow", rateOf(&d.Probes.Workflow)},
		}},
		{"fleets", fileFleets{d}},
		{"provisioning", fileSection{
			{"imagePull", durationOf(&d.Provision.ImagePull)},
			{"machineStart", durationOf(&d.Provision.MachineStart)},
			{"warmUp", durationOf(&d.Provision.WarmUp)},
		}},
		{"steadyState", fileSection{
			{"window", durationOf(&d.SteadyState.Window)},
			{"atMost", durationOf(&d.SteadyState.AtMost)},
		}},
		{"failover", fileSection{
			{"mode", textOf(&d.Failover.Mode)},
			{"detect", fileSection{
				{"interval", durationOf(&d.Failover.Detect.Interval)},
				{"failures", countOf(&d.Failover.Detect.Failures)},
			}},
		}},
		{"faults", fileList[FaultSpec]{into: &d.Faults, item: faultSchema, blank: FaultSpec{Flavour: Crash}}},
		{"observe", fileSection{
			{"outage", durationOf(&d.Observe.Outage)},
			{"drain", durationOf(&d.Observe.Drain)},
		}},
		{"objectives", fileSection{
			{"recoveryTime", optionalOf(&d.Objectives.RecoveryTime, durationOf)},
			{"recoveryPoint", optionalOf(&d.Objectives.RecoveryPoint, durationOf)},
			{"completion", optionalOf(&d.Objectives.Completion, percentOf)},
			{"lostAfterHeal", optionalOf(&d.Objectives.LostAfterHeal, countOf)},
		}},
		{"seed", seedOf(&d.Seed)},
	}
}

func regionSchema(region *string) fileValue { return textOf(region) }

func faultSchema(f *FaultSpec) fileValue {
	return fileSection{
		{"kind", textOf(&f.Kind)},
		{"region", textOf(&f.Region)},
		{"flavour", textOrNothing(&f.Flavour)},
		{"delay", fileSection{
			{"least", durationOf(&f.Delay.Least)},
			{"most", durationOf(&f.Delay.Most)},
		}},
	}
}

func fleetSchema(f *FleetSettings) fileSection {
	return fileSection{
		{"workers", countOf(&f.Workers)},
		{"endpoint", textOf(&f.Endpoint)},
		{"slots", countOf(&f.Slots)},
	}
}

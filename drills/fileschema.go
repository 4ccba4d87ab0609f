package drills

import "time"

// schema is the drill file: every key, and the field of d that it stands for.
// Parse and YAML both follow it; which values are right is for problems to say.
func schema(d *Drill) fileSection {
	return fileSection{
		{"apiVersion", constantOf(APIVersion)},
		{"name", textOf(&d.Name)},
		{"description", proseOf(&d.Description)},
		{"labels", fileList[string]{into: &d.Labels, item: textSchema}},
		{"model", textOf(&d.Model)},
		{"regions", fileList[string]{into: &d.Regions, item: textSchema}},
		{"network", fileSection{
			{"interRegion", fileSection{
				{"latency", durationOf(&d.Network.InterRegion.Latency)},
				{"jitter", durationOf(&d.Network.InterRegion.Jitter)},
			}},
		}},
		{"replication", fileSection{
			{"basis", textOf(&d.Replication.Basis)},
		}},
		{"endpoint", fileSection{
			{"ttl", durationOf(&d.Endpoint.TTL)},
			{"minResolutionInterval", durationOf(&d.Endpoint.MinResolution)},
		}},
		{"forwarding", fileSection{
			{"passivePolls", textOrNothing(&d.Forwarding.PassivePolls)},
		}},
		{"codec", fileSection{
			{"cipher", textOf(&d.Codec.Cipher)},
			{"regions", fileList[string]{into: &d.Codec.Regions, item: textSchema}},
			{"afterWorkers", orNothing(&d.Codec.AfterWorkers, durationOf)},
		}},
		{"proxy", fileSection{
			{"tls", textOf(&d.Proxy.TLS)},
			{"regions", fileList[string]{into: &d.Proxy.Regions, item: textSchema}},
			{"certifies", fileList[string]{into: &d.Proxy.Certifies, item: textSchema}},
		}},
		{"store", fileSection{
			{"engine", textOf(&d.Store.Engine)},
			{"promotion", textOf(&d.Store.Promotion)},
			{"fencing", textOf(&d.Store.Fencing)},
			{"image", textOrNothing(&d.Store.Image)},
		}},
		{"workload", fileSection{
			{"profile", textOf(&d.Workload.Profile)},
			{"namespace", textOrNothing(&d.Workload.Namespace)},
			{"rate", rateOf(&d.Workload.Rate)},
			{"workflow", fileOptional{workflowSchema(&d.Workload.Workflow)}},
			{"starter", fileOptional{programSchema(&d.Workload.Starter)}},
		}},
		{"workers", fileOptional{workersSchema(&d.Workers)}},
		{"probes", fileSection{
			{"start", rateOf(&d.Probes.Start)},
			{"signal", rateOf(&d.Probes.Signal)},
			{"query", rateOf(&d.Probes.Query)},
			{"update", rateOf(&d.Probes.Update)},
			{"workflow", rateOf(&d.Probes.Workflow)},
		}},
		{"clients", fileSection{
			{"endpoints", fileList[Endpoint]{into: &d.Clients.Endpoints, item: func(e *Endpoint) fileValue { return textOf(e) }}},
		}},
		{"starters", fileMap[StarterSettings]{into: &d.Starters, item: func(s *StarterSettings) fileValue { return starterSchema(s) }}},
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
		{"failback", fileSection{
			{"mode", textOf(&d.Failback.Mode)},
		}},
		{"faults", fileList[FaultSpec]{into: &d.Faults, item: faultSchema, blank: FaultSpec{After: SteadyStateReached}}},
		{"abort", fileList[Abort]{into: &d.Abort, item: func(a *Abort) fileValue { return textOf(a) }}},
		{"observe", fileSection{
			{"outage", durationOf(&d.Observe.Outage)},
			{"drain", durationOf(&d.Observe.Drain)},
		}},
		{"objectives", fileSection{
			{"recoveryTime", optionalOf(&d.Objectives.RecoveryTime, durationOf)},
			{"recoveryPoint", optionalOf(&d.Objectives.RecoveryPoint, durationOf)},
			{"completion", optionalOf(&d.Objectives.Completion, percentOf)},
			{"lostAfterHeal", optionalOf(&d.Objectives.LostAfterHeal, countOf)},
			{"storeRecoveryPoint", optionalOf(&d.Objectives.StoreRecoveryPoint, durationOf)},
		}},
		{"seed", seedOf(&d.Seed)},
	}
}

func textSchema(text *string) fileValue { return textOf(text) }

func faultSchema(f *FaultSpec) fileValue {
	return fileSection{
		{"kind", textOf(&f.Kind)},
		{"region", textOf(&f.Region)},
		{"part", textOrNothing(&f.Part)},
		{"flavour", textOrNothing(&f.Flavour)},
		{"peer", textOrNothing(&f.Peer)},
		{"links", fileList[LinkRole]{into: &f.Links, item: func(r *LinkRole) fileValue { return textOf(r) }}},
		{"direction", textOrNothing(&f.Direction)},
		{"latency", orNothing(&f.Latency, durationOf)},
		{"jitter", orNothing(&f.Jitter, durationOf)},
		{"bandwidth", orNothing(&f.Bandwidth, countOf)},
		{"bytes", orNothing(&f.Bytes, countOf)},
		{"share", orNothing(&f.Share, percentOf)},
		{"workers", fileList[int]{into: &f.Workers, item: func(n *int) fileValue { return countOf(n) }}},
		{"rate", orNothing(&f.Rate, rateOf)},
		{"conflicts", orNothing(&f.Conflicts, countOf)},
		{"down", fileSpan{&f.Down}},
		{"up", fileSpan{&f.Up}},
		{"after", textOf(&f.After)},
		{"at", orNothing(&f.At, durationOf)},
		{"delay", fileSpan{&f.Delay}},
		{"for", orNothing(&f.For, durationOf)},
		{"pattern", fileList[time.Duration]{into: &f.Pattern, item: func(d *time.Duration) fileValue { return durationOf(d) }}},
	}
}

// workersSchema is a Worker program of the user's own, as every region runs it, and what
// a region runs otherwise.
func workersSchema(w *WorkerSettings) fileSection {
	return append(programSchema(&w.WorkerProgram), fileSection{
		{"taskQueues", fileList[string]{into: &w.TaskQueues, item: textSchema}},
		{"ready", orNothing(&w.Ready, durationOf)},
		{"stop", orNothing(&w.Stop, durationOf)},
		{"address", textOrNothing(&w.Address)},
		{"regions", fileMap[WorkerProgram]{into: &w.Regions, item: func(p *WorkerProgram) fileValue { return programSchema(p) }}},
	}...)
}

func programSchema(p *WorkerProgram) fileSection {
	return fileSection{
		{"image", textOrNothing(&p.Image)},
		{"command", fileList[string]{into: &p.Command, item: verbatimSchema}},
		{"dir", textOrNothing(&p.Dir)},
		{"env", fileMap[string]{into: &p.Env, item: verbatimSchema}},
	}
}

func verbatimSchema(text *string) fileValue { return verbatimOf(text) }

func workflowSchema(w *WorkflowSettings) fileSection {
	calls := func(into *[]CallSettings) fileValue {
		return fileList[CallSettings]{into: into, item: callSchema, blank: CallSettings{Share: 100}}
	}
	return fileSection{
		{"type", textOrNothing(&w.Type)},
		{"taskQueue", textOrNothing(&w.TaskQueue)},
		{"input", fileTexts{&w.Input}},
		{"taskTimeout", orNothing(&w.TaskTimeout, durationOf)},
		{"signals", calls(&w.Signals)},
		{"updates", calls(&w.Updates)},
		{"queries", calls(&w.Queries)},
	}
}

func callSchema(c *CallSettings) fileValue {
	return fileSection{
		{"name", textOf(&c.Name)},
		{"after", fileSpan{&c.After}},
		{"input", fileTexts{&c.Input}},
		{"share", orNothing(&c.Share, percentOf)},
	}
}

func starterSchema(s *StarterSettings) fileSection {
	return fileSection{{"pinnedTo", textOf(&s.PinnedTo)}}
}

func fleetSchema(f *FleetSettings) fileSection {
	return fileSection{
		{"workers", countOf(&f.Workers)},
		{"endpoint", textOf(&f.Endpoint)},
		{"slots", countOf(&f.Slots)},
	}
}

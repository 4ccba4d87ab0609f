package drills

// fileKey is what a reader is told of a key of a drill file, and which values it may have,
// where those are a closed set.
type fileKey struct {
	help   string
	values []string
}

// fileKeys is every key of a drill file, by its path: [] is an item of a list, * a region.
func fileKeys() map[string]fileKey {
	out := map[string]fileKey{
		"apiVersion":                     {help: "the version of this format"},
		"name":                           {help: "of the drill: a-z, 0-9 and -"},
		"description":                    {help: "one line for people"},
		"labels":                         {help: "that drills are chosen by: run --label"},
		"labels[]":                       {help: "a-z, 0-9 and -"},
		"model":                          {help: "the Worker deployment model: where Fleets run, and which region processes Workflows", values: texts(Models())},
		"regions":                        {help: "the primary region first, then where it fails over to"},
		"regions[]":                      {help: "a DNS label, such as us-east"},
		"network":                        {help: "what lies between regions"},
		"network.interRegion":            {help: "delay of each direction of a Link between regions: a round trip pays it twice"},
		"network.interRegion.latency":    {help: "one way, such as 35ms"},
		"network.interRegion.jitter":     {help: "by which the latency varies, evenly; at most the latency"},
		"replication":                    {help: "how a region's history reaches the other"},
		"replication.basis":              {help: "what a cluster sends of a Workflow that changed: its state, the server's default, or each batch of events", values: texts(ReplicationBases())},
		"endpoint":                       {help: "how names of endpoints are resolved"},
		"endpoint.ttl":                   {help: "of the Namespace Endpoint; Temporal Cloud's is 15s"},
		"endpoint.minResolutionInterval": {help: "the least time between two resolutions by one gRPC connection; grpc-go's own is 30s"},
		"forwarding":                     {help: "what a passive replica does with calls that only the active one can answer"},
		"forwarding.passivePolls":        {help: "what becomes of Workers' polls; the model's where it is left out", values: texts(PassivePollsModes())},
		"codec":                          {help: "Codec Servers, one in each region that has Workers"},
		"codec.cipher":                   {help: "none: payloads are as they were written", values: texts(Ciphers())},
		"codec.regions":                  {help: "that have one; all where none is named"},
		"codec.regions[]":                {help: "a region"},
		"codec.afterWorkers":             {help: "how long after its Workers a region that is started on failover starts its Codec Server"},
		"proxy":                          {help: "mTLS terminators between Workers and Temporal, one in each region that has Workers"},
		"proxy.tls":                      {help: "none: there is no proxy", values: texts(ProxyModes())},
		"proxy.regions":                  {help: "that have one; all where none is named"},
		"proxy.regions[]":                {help: "a region"},
		"proxy.certifies":                {help: "the regions whose Regional Endpoint the certificate is valid for; all where none is named"},
		"proxy.certifies[]":              {help: "a region"},
		"store":                          {help: "the external database that Activities write to, one in each region"},
		"store.engine":                   {help: "none: Activities write to nothing; postgres has to be installed, or to be had as an image for containers", values: texts(StoreEngines())},
		"store.promotion":                {help: "when the survivor's store leads on a failover", values: texts(StorePromotions())},
		"store.fencing":                  {help: "whether a store refuses writes of another epoch than its own", values: texts(Fencings())},
		"store.image":                    {help: "an image with PostgreSQL's programs, for containers; " + PostgreSQLImage + " where none is named"},
		"workload":                       {help: "the load that the drill runs"},
		"workload.profile":               {help: "what is run", values: Profiles()},
		"workload.rate":                  {help: "Workflow starts for each Namespace, such as 3/s or 90/m"},
		"workload.namespace":             {help: "what the Namespaces are called; default, where Workers are your own"},
		"workload.workflow":              {help: "a Workflow of your own Workers: what is started, and what follows each start"},
		"workload.workflow.type":         {help: "the Workflow type that is started"},
		"workload.workflow.taskQueue":    {help: "on which; the first that the Workers poll where it is left out"},
		"workload.workflow.input":        {help: "its argument in JSON, or a list of them, as templates: {{.ID}}, {{int 1 100}}, {{pick \"a\" \"b\"}}, {{chance 10}}, {{json .ID}}"},
		"workload.workflow.input[]":      {help: "an argument, in JSON"},
		"workload.workflow.taskTimeout":  {help: "of its Workflow Tasks; the server's 10s where it is left out"},
		"workload.workflow.signals":      {help: "that each Workflow is sent once its start was acknowledged"},
		"workload.workflow.updates":      {help: "that each Workflow is sent once its start was acknowledged"},
		"workload.workflow.queries":      {help: "that each Workflow is asked once its start was acknowledged"},
		"workload.starter":               {help: "a starter of your own, in place of workflow: each line of its standard output reports an operation, as JSON"},
		"workload.starter.image":         {help: "that the program is in, where components run in containers"},
		"workload.starter.command":       {help: "the program and its arguments; one with a / is looked for in dir, another on the PATH"},
		"workload.starter.command[]":     {help: "a word of it"},
		"workload.starter.dir":           {help: "that it runs in; the drill file's folder where it is left out"},
		"workload.starter.env":           {help: "variables, beside the TEMPORAL_ and FAILOVERDRILL_ ones that it is told"},
		"workload.starter.env.*":         {help: "a value"},
		"workers":                        {help: "Workers of your own, which every Fleet runs in the place of those that ship"},
		"workers.image":                  {help: "that the program is in, where components run in containers; it runs what the image would, unless command says otherwise"},
		"workers.command":                {help: "the program and its arguments; one with a / is looked for in dir, another on the PATH"},
		"workers.command[]":              {help: "a word of it"},
		"workers.dir":                    {help: "that it runs in; the drill file's folder where it is left out"},
		"workers.env":                    {help: "variables, beside the TEMPORAL_ ones that tell it where to connect"},
		"workers.env.*":                  {help: "a value"},
		"workers.taskQueues":             {help: "that it has to poll"},
		"workers.taskQueues[]":           {help: "a task queue"},
		"workers.ready":                  {help: "how long it may take from its start until it polls them; 30s where it is left out"},
		"workers.stop":                   {help: "how long it may take to end once it was told to (SIGTERM); 10s where it is left out"},
		"workers.address":                {help: "how it is told its endpoint: dns is a name and the server that knows it, plain is ip:port of a relay, for SDKs that have the operating system resolve names", values: texts(AddressForms())},
		"workers.regions":                {help: "what a region runs otherwise than the others, by region"},
		"workers.regions.*":              {help: "of a region"},
		"workers.regions.*.image":        {help: "that the program is in"},
		"workers.regions.*.command":      {help: "the program and its arguments"},
		"workers.regions.*.command[]":    {help: "a word of it"},
		"workers.regions.*.dir":          {help: "that it runs in"},
		"workers.regions.*.env":          {help: "variables, beside those that every region has"},
		"workers.regions.*.env.*":        {help: "a value"},
		"probes":                         {help: "how often each capability is probed, from each region; 0/s leaves one out"},
		"probes.start":                   {help: "Workflow starts"},
		"probes.signal":                  {help: "signals"},
		"probes.query":                   {help: "queries"},
		"probes.update":                  {help: "Updates"},
		"probes.workflow":                {help: "each of Workflow Task, Activity, timer and completion"},
		"clients":                        {help: "how those that probe are deployed"},
		"clients.endpoints":              {help: "what a prober of each region dials, one for each; the model's where none is named"},
		"clients.endpoints[]":            {help: "the Namespace Endpoint follows the active region, the Regional Endpoint is pinned", values: texts(Endpoints())},
		"starters":                       {help: "how the Workflow starters of a region are deployed, by region"},
		"starters.*":                     {help: "those of a region"},
		"starters.*.pinnedTo":            {help: "the region whose Regional Endpoint they dial, whatever the model has"},
		"fleets":                         {help: "how the Workers of a region are deployed, by region"},
		"fleets.*":                       {help: "those of a region"},
		"fleets.*.workers":               {help: "processes for each Namespace"},
		"fleets.*.endpoint":              {help: "what the Workers dial; the model's where it is left out", values: texts(Endpoints())},
		"fleets.*.slots":                 {help: "tasks of each kind that a Worker runs at once"},
		"provisioning":                   {help: "declared time that no single machine can measure, of a region that starts Workers on failover"},
		"provisioning.imagePull":         {help: "the pull of an image"},
		"provisioning.machineStart":      {help: "the start of a machine"},
		"provisioning.warmUp":            {help: "of the application, before its Workers poll"},
		"steadyState":                    {help: "what has to hold before a fault: completions at or above 90 % of the rate"},
		"steadyState.window":             {help: "over which they are counted"},
		"steadyState.atMost":             {help: "how long to wait for it"},
		"failover":                       {help: "how Namespaces leave a region that is lost"},
		"failover.mode":                  {help: "forced, graceful (a handover), hybrid (forced after 10 s), manual (a person approves) or none", values: texts(FailoverModes())},
		"failover.detect":                {help: "how the control plane finds that a region is lost"},
		"failover.detect.interval":       {help: "of health probes"},
		"failover.detect.failures":       {help: "in a row that are a loss"},
		"failback":                       {help: "how Namespaces come home"},
		"failback.mode":                  {help: "automatic and immediate are the control plane's own; never has them stay", values: texts(FailbackModes())},
		"faults":                         {help: "what breaks, where and when; times count from the first one listed"},
		"faults[]":                       {help: "one fault: see failoverdrill faults KIND for what each kind takes"},
		"faults[].kind":                  {help: "what is broken", values: texts(FaultKinds())},
		"faults[].flavour":               {values: texts(Flavours())},
		"faults[].links[]":               {help: "a kind of traffic", values: texts(LinkRoles())},
		"faults[].workers[]":             {help: "the number of a Worker, from 0"},
		"faults[].down.least":            {help: "at least"},
		"faults[].down.most":             {help: "at most"},
		"faults[].up.least":              {help: "at least"},
		"faults[].up.most":               {help: "at most"},
		"faults[].delay.least":           {help: "at least"},
		"faults[].delay.most":            {help: "at most"},
		"faults[].pattern[]":             {help: "how long: down, up, down, and so on"},
		"abort":                          {help: "conditions that end the drill at once, heal it and fail it"},
		"abort[]":                        {help: "a condition", values: texts(Aborts())},
		"observe":                        {help: "how long the drill watches"},
		"observe.outage":                 {help: "the longest wait for recovery"},
		"observe.drain":                  {help: "the longest wait, after the load ended, for Workflows to end"},
		"objectives":                     {help: "what the measurements are held against: at least one"},
		"objectives.recoveryTime":        {help: "RTO: fault effective to throughput sustained"},
		"objectives.recoveryPoint":       {help: "RPO: acknowledged operations that are lost if the region never returns, as time"},
		"objectives.completion":          {help: "of the Workflows acknowledged and not lost, such as 100%"},
		"objectives.lostAfterHeal":       {help: "acknowledged operations that are still lost after the region returned"},
		"objectives.storeRecoveryPoint":  {help: "RPO of the store: acknowledged writes that its survivor does not have, as time"},
		"seed":                           {help: "of every random decision"},
	}
	for _, calls := range []string{"signals", "updates", "queries"} {
		path := "workload.workflow." + calls + "[]"
		out[path] = fileKey{help: "one of them"}
		out[path+".name"] = fileKey{help: "under which the Workflow knows it"}
		out[path+".after"] = fileKey{help: "how long after the start was acknowledged: least and most, or one time"}
		out[path+".after.least"], out[path+".after.most"] = fileKey{help: "at least"}, fileKey{help: "at most"}
		out[path+".input"] = fileKey{help: "its argument in JSON, or a list of them, as templates"}
		out[path+".input[]"] = fileKey{help: "an argument, in JSON"}
		out[path+".share"] = fileKey{help: "of the Workflows that it is sent to, such as 50%; all where it is left out"}
	}
	for key, k := range (FaultTraits{Kind: LinkPartition}).told() { // which takes every kind of Link
		path := "faults[]." + key
		out[path] = fileKey{help: k.Help, values: out[path].values}
		if key == "part" || key == "direction" {
			out[path] = fileKey{help: k.Help, values: k.Values}
		}
	}
	for _, k := range FaultTiming() {
		out["faults[]."+k.Key] = fileKey{help: k.Help, values: k.Values}
	}
	return out
}

package containers

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// attempt is a drill in containers that cannot begin.
type attempt struct {
	state, runs string
	*exec.Cmd
}

func try(binary string, env ...string) attempt {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "failoverdrill-engine-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	a := attempt{state: filepath.Join(dir, "state"), runs: filepath.Join(dir, "runs")}
	a.Cmd = exec.Command(binary, "run", "active-hot", "--launcher", "container", "--out", a.runs)
	a.Env = append(append(os.Environ(), journal.FolderVariable+"="+a.state), env...)
	return a
}

// fails has it end with one error that says so, and leave nothing.
func (a attempt) fails(says ...string) {
	GinkgoHelper()
	session, err := gexec.Start(a.Cmd, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Eventually(session.Interrupt(), soon).Should(gexec.Exit()) })
	Eventually(session, soon).Should(gexec.Exit(drills.Errored.ExitCode()))
	for _, words := range says {
		Expect(session.Err).To(gbytes.Say(words))
	}
	Expect(session.Out.Contents()).To(BeEmpty(), "a report of what never began")
	Expect(filepath.Glob(filepath.Join(a.runs, "*"))).To(BeEmpty())
	Expect(filepath.Glob(filepath.Join(a.state, "*"))).To(BeEmpty())
}

var _ = Describe("A Docker engine", Label("container"), func() {
	It("that is not there is told of, with what to do", func() {
		try(binary, "DOCKER_HOST=unix:///nonexistent/docker.sock").fails("nothing was started", "no Docker engine answers", "--launcher process")
	})

	It("that this user may not use is told of, with what to do", func() {
		if os.Getuid() != 0 {
			Skip("only root can become another user")
		}
		dir, err := os.MkdirTemp("", "failoverdrill-socket-")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(os.RemoveAll, dir)
		Expect(os.Chmod(dir, 0o755)).To(Succeed())
		socket := filepath.Join(dir, "docker.sock")
		listener, err := net.Listen("unix", socket)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		Expect(os.Chmod(socket, 0o600)).To(Succeed())
		everybody := filepath.Join(dir, "failoverdrill")
		Expect(copyTo(everybody, binary)).To(Succeed())

		a := try(everybody, "DOCKER_HOST=unix://"+socket, "HOME="+dir)
		Expect(os.Chmod(filepath.Dir(a.runs), 0o777)).To(Succeed())
		const nobody = 65534
		a.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		a.fails("no Docker engine answers", "permission denied", "no right to use it")
	})

	It("that cannot start the image is told of, with what to do", func(ctx SpecContext) {
		// What runs here and finds no interpreter in an empty image.
		script := filepath.Join(GinkgoT().TempDir(), "failoverdrill")
		Expect(os.WriteFile(script, []byte("#!/bin/sh\nexec "+binary+" \"$@\"\n"), 0o755)).To(Succeed())
		state := GinkgoT().TempDir()
		failed := make(chan error, 1)
		go func() {
			defer GinkgoRecover()
			failed <- runWith(ctx, script, state)
		}()
		var id string
		Eventually(func() bool { id = journalled(state); return id != "" }, soon, "1ms").Should(BeTrue())
		Eventually(failed, soon).Should(Receive(MatchError(And(ContainSubstring("no such file or directory"), ContainSubstring("CGO_ENABLED=0")))))
		Expect(labelled(usual, id)).To(BeEmpty(), "something is left")
	})

	It("whose disk is full as the image is built is told of, with what to do", func(ctx SpecContext) {
		engine := "unix://" + smallEngine(ctx)
		try(binary, "DOCKER_HOST="+engine).fails("nothing of it was started", "build image", "no space left on device", "the disk of the Docker engine is full")
		Expect(labelled(engine, "")).To(BeEmpty())
	})
})

// smallEngine starts a Docker engine of its own, on a disk with no room for the binary, and
// returns its socket.
func smallEngine(ctx context.Context) string {
	GinkgoHelper()
	daemon, err := exec.LookPath("dockerd")
	if err != nil || os.Getuid() != 0 {
		Skip("an engine with a small disk takes root and dockerd")
	}
	dir, err := os.MkdirTemp("", "failoverdrill-dockerd-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	disk := filepath.Join(dir, "disk")
	Expect(os.Mkdir(disk, 0o700)).To(Succeed())
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=48m"); err != nil {
		Skip("no disk of its own can be mounted: " + err.Error())
	}
	DeferCleanup(func() { Expect(syscall.Unmount(disk, syscall.MNT_DETACH)).To(Succeed()) })
	socket, settings := filepath.Join(dir, "docker.sock"), filepath.Join(dir, "daemon.json")
	Expect(os.WriteFile(settings, []byte("{}"), 0o600)).To(Succeed())
	command := exec.CommandContext(ctx, daemon,
		"--config-file", settings, "--host", "unix://"+socket, "--data-root", disk, "--exec-root", filepath.Join(dir, "exec"), "--pidfile", filepath.Join(dir, "pid"),
		"--bridge", "none", "--iptables=false", "--storage-driver", "vfs")
	// On a network of its own: an engine puts bridges in order that are another's.
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Eventually(session.Terminate(), soon).Should(gexec.Exit()) })
	Eventually(func() error {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return err
		}
		return conn.Close()
	}, soon).Should(Succeed())
	return socket
}

func copyTo(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

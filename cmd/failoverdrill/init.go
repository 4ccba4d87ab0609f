package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
)

// scaffolds are what a drill and its suite look like in a user's module.
//
//go:embed scaffold/*.tmpl
var scaffolds embed.FS

// scaffold is what they are filled in with.
type scaffold struct {
	Name, Package, Model, Models string
	Command, Dir                 string // of Workers; empty for those that ship
	TaskQueue, Workflow          string
}

func (c *cli) initCommand() *cobra.Command {
	var s scaffold
	var command []string
	cmd := &cobra.Command{
		Use: "init [FOLDER]", Short: "Write a drill file and a Ginkgo suite into your Go module",
		Long: `Write a drill file and a Ginkgo suite into a folder of your Go module, failover
unless another is named, and say how to run them. Files that are there stay as they are.

Without --command the drill runs the sample workload that ships.`,
		Example: `  failoverdrill init
  failoverdrill init --command bin/worker --task-queue orders --workflow Order`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "failover"
			if len(args) > 0 {
				folder = args[0]
			}
			return c.scaffold(folder, s, command)
		},
	}
	cmd.Flags().StringVar(&s.Model, "model", string(drills.ActiveHot), "deployment model")
	cmd.Flags().StringSliceVar(&command, "command", nil, "your Worker program and its arguments, separated by commas; a path is of the current folder")
	cmd.Flags().StringVar(&s.TaskQueue, "task-queue", "", "that it polls")
	cmd.Flags().StringVar(&s.Workflow, "workflow", "", "Workflow type that the drill starts")
	return cmd
}

func (c *cli) scaffold(folder string, s scaffold, command []string) error {
	if (len(command) > 0) != (s.TaskQueue != "") || (len(command) > 0) != (s.Workflow != "") {
		return usageError{errors.New("--command, --task-queue and --workflow go together: the drill starts Workflows of that type, and your program runs them")}
	}
	module, err := moduleAround(folder)
	if err != nil {
		return usageError{err}
	}
	within, err := withinModule(module, folder)
	if err != nil {
		return err
	}
	s.Name, s.Models = "failover", strings.Join(texts(drills.Models()), ", ")
	s.Package = packageName(folder)
	if len(command) > 0 {
		if s.Dir, err = relativeTo(folder); err != nil {
			return err
		}
		s.Dir, s.TaskQueue, s.Workflow = strconv.Quote(s.Dir), strconv.Quote(s.TaskQueue), strconv.Quote(s.Workflow)
		for i := range command {
			command[i] = strconv.Quote(command[i])
		}
		s.Command = strings.Join(command, ", ")
	}
	made := map[string][]byte{}
	for file, from := range map[string]string{s.Name + ".yaml": "failover.yaml.tmpl", s.Name + "_test.go": "failover_test.go.tmpl"} {
		if made[file], err = s.render(from); err != nil {
			return err
		}
		if _, err := os.Lstat(filepath.Join(folder, file)); !errors.Is(err, fs.ErrNotExist) {
			return usageError{fmt.Errorf("%s is there already: it stays as it is; name another folder, or remove it", filepath.Join(folder, file))}
		}
	}
	if _, err := drills.Parse(filepath.Join(folder, s.Name+".yaml"), made[s.Name+".yaml"]); err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("write drill: %w", err)
	}
	for _, file := range []string{s.Name + ".yaml", s.Name + "_test.go"} {
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, made[file], 0o644); err != nil {
			return fmt.Errorf("write drill: %w", err)
		}
		fmt.Fprintln(c.stdout, "wrote", path)
	}
	fmt.Fprintf(c.stdout, `
In %s, add what they need, and run them:

  go get -tool github.com/failoverdrill/failoverdrill/cmd/failoverdrill
  go mod tidy
  go test %s -v

The first run compiles the Temporal server, which takes some minutes.
`, module, within)
	return nil
}

func (s scaffold) render(name string) ([]byte, error) {
	t, err := template.ParseFS(scaffolds, "scaffold/"+name)
	if err != nil {
		return nil, fmt.Errorf("read scaffold: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, s); err != nil {
		return nil, fmt.Errorf("write scaffold: %w", err)
	}
	return out.Bytes(), nil
}

// moduleAround finds the folder of the Go module that a folder is, or will be, in.
func moduleAround(folder string) (string, error) {
	at, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	for dir := at; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is in no Go module: run it where a go.mod is, or make one (go mod init)", at)
		}
	}
}

// withinModule names a folder as the go command does from that of its module.
func withinModule(module, folder string) (string, error) {
	at, err := filepath.Abs(folder)
	if err == nil {
		at, err = filepath.Rel(module, at)
	}
	if err != nil {
		return "", fmt.Errorf("write drill: %w", err)
	}
	return "./" + filepath.ToSlash(at), nil
}

// packageName is what Go calls a package in a folder.
func packageName(folder string) string {
	at, err := filepath.Abs(folder)
	if err != nil {
		at = folder
	}
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(filepath.Base(at)))
	if name == "" || name[0] <= '9' || token.IsKeyword(name) {
		return "failover"
	}
	return name
}

// relativeTo is the current folder as seen from another.
func relativeTo(folder string) (string, error) {
	here, err := os.Getwd()
	if err == nil {
		folder, err = filepath.Abs(folder)
	}
	if err != nil {
		return "", fmt.Errorf("write drill: %w", err)
	}
	return filepath.Rel(folder, here)
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// summarize prints a line for each of several runs.
func (c *cli) summarize(reports []drills.Report) error {
	if err := report.Summary(c.stdout, reports, report.Colour(isTerminal(c.stdout))); err != nil {
		return fmt.Errorf("print summary: %w", err)
	}
	return nil
}

// distribute prints how the figures of several runs are distributed.
func (c *cli) distribute(list []drills.Distribution) error {
	fmt.Fprintln(c.stdout)
	if err := report.Repeats(c.stdout, list, report.Colour(isTerminal(c.stdout))); err != nil {
		return fmt.Errorf("print distribution: %w", err)
	}
	return nil
}

// ranTwice reports whether any drill of the list has more than one run.
func ranTwice(list []drills.Distribution) bool {
	return slices.ContainsFunc(list, func(d drills.Distribution) bool { return d.Runs > 1 })
}

// checkDistribution refuses a file that cannot be one, before anything runs.
func checkDistribution(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usage("--distribution %s: it is a folder", path)
	}
	if info, err := os.Stat(filepath.Dir(path)); err == nil && !info.IsDir() {
		return usage("--distribution %s: %s is not a folder", path, filepath.Dir(path))
	}
	return nil
}

// writeDistribution writes the file of --distribution, if one was asked for, in
// a folder that it makes.
func writeDistribution(path string, list []drills.Distribution) error {
	if path == "" {
		return nil
	}
	content, err := report.RepeatsJSON(list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write distribution: %w", err)
	}
	if err := record.WriteFile(path, content); err != nil {
		return fmt.Errorf("write distribution: %w", err)
	}
	return nil
}

package survive

import (
	"context"
	"errors"
	"fmt"

	"github.com/moby/moby/client"
)

// inEngine lists what the Docker engine has of runs.
func inEngine(runs []string) (out []string, err error) {
	api, err := client.New(client.FromEnv)
	if err != nil {
		return nil, fmt.Errorf("look at containers: %w", err)
	}
	defer func() { err = errors.Join(err, api.Close()) }()
	for _, run := range runs {
		ctx, its := context.Background(), client.Filters{}.Add("label", "failoverdrill.run="+run)
		containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: its})
		volumes, failed := api.VolumeList(ctx, client.VolumeListOptions{Filters: its})
		networks, also := api.NetworkList(ctx, client.NetworkListOptions{Filters: its})
		images, too := api.ImageList(ctx, client.ImageListOptions{All: true, Filters: its})
		if err := errors.Join(err, failed, also, too); err != nil {
			return nil, fmt.Errorf("look at containers: %w", err)
		}
		for _, c := range containers.Items {
			out = append(out, fmt.Sprintf("container %v, %s", c.Names, c.State))
		}
		for _, v := range volumes.Items {
			out = append(out, "volume "+v.Name)
		}
		for _, n := range networks.Items {
			out = append(out, "network "+n.Name)
		}
		for _, i := range images.Items {
			out = append(out, "image "+i.ID)
		}
	}
	return out, nil
}

// A stand-in for NVIDIA's device plugin, for hosts without GPUs: it speaks the kubelet's real device plugin API, and offers
// what a list on the host says. A changed list, another configuration or a new kubelet is noticed within seconds.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

const (
	resource = "nvidia.com/gpu"
	socket   = "drover-stand-in.sock"
	// How often everything that may change is looked at.
	interval = time.Second
)

// plugin answers the kubelet; the embedded server answers what nobody here asks.
type plugin struct {
	api.UnimplementedDevicePluginServer
	list   string
	config func() sharing
}

func main() {
	folder := setting("PLUGIN_FOLDER", api.DevicePluginPath)
	one := &plugin{list: setting("GPU_LIST", "/host/drover-stand-in-gpus"), config: configOfNode()}
	for {
		if err := one.serve(folder); err != nil {
			log.Print(err)
		}
		time.Sleep(interval)
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// serve offers the devices until the kubelet's socket is another one: a kubelet that starts forgets its plugins.
func (one *plugin) serve(folder string) error {
	own, theirs := filepath.Join(folder, socket), filepath.Join(folder, "kubelet.sock")
	before, err := os.Stat(theirs)
	if err != nil {
		return fmt.Errorf("no kubelet yet: %w", err)
	}
	if err := os.Remove(own); err != nil && !os.IsNotExist(err) {
		return err
	}
	listener, err := net.Listen("unix", own)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	api.RegisterDevicePluginServer(server, one)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	if err := register(theirs); err != nil {
		return fmt.Errorf("the kubelet takes no registration: %w", err)
	}
	log.Printf("registered as %s", resource)
	for {
		time.Sleep(interval)
		now, err := os.Stat(theirs)
		if err != nil || !os.SameFile(before, now) {
			return fmt.Errorf("the kubelet is another one")
		}
	}
}

func register(kubelet string) error {
	connection, err := grpc.NewClient("unix://"+kubelet, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	within, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request := &api.RegisterRequest{Version: api.Version, Endpoint: socket, ResourceName: resource}
	_, err = api.NewRegistrationClient(connection).Register(within, request)
	return err
}

func (one *plugin) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

// ListAndWatch tells the kubelet all devices at first, and again whenever one comes, goes or changes its health.
func (one *plugin) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	said := "nothing yet"
	for {
		devices := one.devices()
		if now := fmt.Sprint(devices); now != said {
			if err := stream.Send(&api.ListAndWatchResponse{Devices: devices}); err != nil {
				return err
			}
			log.Printf("offers %d devices", len(devices))
			said = now
		}
		select {
		case <-stream.Context().Done():
			return nil
		case <-time.After(interval):
		}
	}
}

// Allocate names the GPUs as NVIDIA's runtime would be told of them.
func (one *plugin) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	answer := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		ids := make([]string, 0, len(container.DevicesIDs))
		for _, id := range container.DevicesIDs {
			uuid, _, _ := strings.Cut(id, "::")
			ids = append(ids, uuid)
		}
		envs := map[string]string{"NVIDIA_VISIBLE_DEVICES": strings.Join(ids, ",")}
		answer.ContainerResponses = append(answer.ContainerResponses, &api.ContainerAllocateResponse{Envs: envs})
	}
	return answer, nil
}

// devices reads the list, a line `uuid address fault` for each GPU. A shared GPU has an id for each of its copies, as
// NVIDIA's plugin makes them. A GPU that is `gone` is unhealthy, as after an Xid error; one that is `lost` is not found at all.
func (one *plugin) devices() []*api.Device {
	text, err := os.ReadFile(one.list)
	if err != nil {
		return nil
	}
	copies := one.config().replicas()
	var devices []*api.Device
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || words[2] == "lost" {
			continue
		}
		health := api.Healthy
		if words[2] == "gone" {
			health = api.Unhealthy
		}
		if copies < 2 {
			devices = append(devices, &api.Device{ID: words[0], Health: health})
			continue
		}
		for index := range copies {
			devices = append(devices, &api.Device{ID: fmt.Sprintf("%s::%d", words[0], index), Health: health})
		}
	}
	return devices
}

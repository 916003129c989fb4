package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/yaml"
)

const (
	account     = "/var/run/secrets/kubernetes.io/serviceaccount"
	configLabel = "nvidia.com/device-plugin.config"
)

// sharing is the part of NVIDIA's configuration that tells how often a GPU is offered.
type sharing struct {
	Sharing struct {
		TimeSlicing shared `json:"timeSlicing"`
		MPS         shared `json:"mps"`
	} `json:"sharing"`
}

type shared struct {
	Resources []struct {
		Name     string `json:"name"`
		Replicas int    `json:"replicas"`
	} `json:"resources"`
}

func (config sharing) replicas() int {
	for _, kind := range []shared{config.Sharing.TimeSlicing, config.Sharing.MPS} {
		for _, one := range kind.Resources {
			if one.Name == resource {
				return one.Replicas
			}
		}
	}
	return 1
}

// configOfNode reads the configuration that the node's label names, else the default one. The real chart has a program of its
// own for that, which starts the plugin anew.
func configOfNode() func() sharing {
	folder, name := os.Getenv("CONFIG_FOLDER"), os.Getenv("NODE_NAME")
	otherwise := os.Getenv("CONFIG_DEFAULT")
	if folder == "" {
		return func() sharing { return sharing{} }
	}
	client := apiClient()
	chosen := otherwise
	return func() sharing {
		labels, err := labelsOf(client, name)
		if err == nil {
			chosen = otherwise
			if label := labels[configLabel]; label != "" {
				chosen = label
			}
		}
		text, err := os.ReadFile(filepath.Join(folder, chosen))
		config := sharing{}
		if err == nil {
			err = yaml.Unmarshal(text, &config)
		}
		if err != nil {
			log.Printf("configuration %s: %v", chosen, err)
		}
		return config
	}
}

func apiClient() *http.Client {
	pool := x509.NewCertPool()
	if authority, err := os.ReadFile(filepath.Join(account, "ca.crt")); err == nil {
		pool.AppendCertsFromPEM(authority)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	return &http.Client{Timeout: 5 * time.Second, Transport: transport}
}

func labelsOf(client *http.Client, node string) (map[string]string, error) {
	token, err := os.ReadFile(filepath.Join(account, "token"))
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodGet, "https://"+os.Getenv("KUBERNETES_SERVICE_HOST")+"/api/v1/nodes/"+node, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var object struct {
		Metadata struct {
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
	}
	err = json.NewDecoder(answer.Body).Decode(&object)
	return object.Metadata.Labels, err
}

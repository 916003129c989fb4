/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1 (NVML) on machines without a GPU: as much of it as NVIDIA's device plugin and its
 * MPS control daemon call. It has the "GPUs" that /etc/drover-stand-in-gpus lists, the same list as the stand-in libcuda's:
 *
 *     GPU-uuid pci-address fault          fault: gone (it fell off the bus: Xid 79), lost (it is not found at all), or another
 *
 * As with the driver, what is there is found when NVML is initialised, not while it is in use; a GPU that goes is an event for
 * those who wait for one just then, and cannot be opened afterwards.
 *
 *     cc -shared -fPIC -o libnvidia-ml.so.1 libnvidia-ml.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int Code;
enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, NOT_LOADED = 9, TIMEOUT = 10, LOST = 15 };
enum { MOST = 16, XID = 8, FALLEN_OFF_THE_BUS = 79 };

typedef struct { char uuid[48], address[16], fault[8]; } Gpu;
typedef struct { char legacy[16]; unsigned domain, bus, device, id, sub_system; char bus_id[32]; } Pci;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { Gpu *gpu; unsigned long long type, data; unsigned gpu_instance, compute_instance; } Event;

static Gpu gpus[MOST];
static int count, users;

/* Of which GPUs somebody wants to be told, and of which that was done. */
typedef struct { char watched[MOST], told[MOST]; } Set;

/* The list as it is now; -1 if there is none, as where no driver is loaded. */
static int look(Gpu *into) {
  FILE *file = fopen("/etc/drover-stand-in-gpus", "r");
  if (!file) return -1;
  int n = 0;
  memset(into, 0, sizeof gpus);
  while (n < MOST && fscanf(file, "%47s %15s %7s", into[n].uuid, into[n].address, into[n].fault) == 3)
    if (strcmp(into[n].fault, "lost") != 0) n++;
  fclose(file);
  return n;
}

static int is_gone(const Gpu *gpu) {
  Gpu now[MOST];
  int n = look(now);
  for (int i = 0; i < n; i++)
    if (strcmp(now[i].uuid, gpu->uuid) == 0) return strcmp(now[i].fault, "gone") == 0;
  return 0;
}

Code nvmlInit_v2(void) {
  if (users == 0 && (count = look(gpus)) < 0) return NOT_LOADED;
  users++;
  return OK;
}
Code nvmlShutdown(void) { return users > 0 && users-- ? OK : UNINITIALIZED; }
const char *nvmlErrorString(Code code) {
  return code == NOT_LOADED ? "stand-in: no driver" : code == LOST ? "stand-in: the GPU is lost" : "stand-in: an error";
}

Code nvmlDeviceGetCount_v2(unsigned *n) { *n = count; return OK; }
Code nvmlDeviceGetHandleByIndex_v2(unsigned index, Gpu **gpu) {
  if (index >= (unsigned)count) return INVALID;
  *gpu = &gpus[index];
  return is_gone(*gpu) ? LOST : OK;
}
Code nvmlDeviceGetHandleByUUID(const char *uuid, Gpu **gpu) {
  for (int i = 0; i < count; i++)
    if (strcmp(gpus[i].uuid, uuid) == 0) return nvmlDeviceGetHandleByIndex_v2(i, gpu);
  return NOT_FOUND;
}
Code nvmlDeviceGetName(Gpu *gpu, char *name, unsigned length) { (void)gpu; snprintf(name, length, "stand-in for a GPU"); return OK; }
Code nvmlDeviceGetUUID(Gpu *gpu, char *uuid, unsigned length) { snprintf(uuid, length, "%s", gpu->uuid); return OK; }
Code nvmlDeviceGetMinorNumber(Gpu *gpu, unsigned *minor) { *minor = gpu - gpus; return OK; }
Code nvmlDeviceGetPciInfo_v3(Gpu *gpu, Pci *pci) {
  memset(pci, 0, sizeof *pci);
  snprintf(pci->legacy, sizeof pci->legacy, "%s", gpu->address);
  snprintf(pci->bus_id, sizeof pci->bus_id, "0000%s", gpu->address);
  sscanf(gpu->address, "%x:%x:%x", &pci->domain, &pci->bus, &pci->device);
  return OK;
}
Code nvmlDeviceGetMemoryInfo(Gpu *gpu, Memory *memory) {
  (void)gpu;
  memory->used = 0;
  memory->total = memory->free = 48ull << 30;
  return OK;
}
Code nvmlDeviceGetCudaComputeCapability(Gpu *gpu, int *major, int *minor) { (void)gpu; *major = 8; *minor = 9; return OK; }
Code nvmlDeviceGetTopologyCommonAncestor(Gpu *one, Gpu *other, int *level) { (void)one; (void)other; *level = 50; return OK; }
Code nvmlDeviceGetNvLinkState(Gpu *gpu, unsigned link, int *active) { (void)gpu; (void)link; (void)active; return NOT_SUPPORTED; }

Code nvmlDeviceGetSupportedEventTypes(Gpu *gpu, unsigned long long *types) { (void)gpu; *types = XID; return OK; }
Code nvmlEventSetCreate(Set **set) { *set = calloc(1, sizeof **set); return OK; }
Code nvmlEventSetFree(Set *set) { free(set); return OK; }
Code nvmlDeviceRegisterEvents(Gpu *gpu, unsigned long long types, Set *set) {
  (void)types;
  set->watched[gpu - gpus] = 1;
  return OK;
}
Code nvmlEventSetWait_v2(Set *set, Event *event, unsigned milliseconds) {
  for (unsigned waited = 0; waited < milliseconds; waited += 200) {
    for (int i = 0; i < count; i++)
      if (set->watched[i] && !set->told[i] && is_gone(&gpus[i])) {
        set->told[i] = 1;
        *event = (Event){&gpus[i], XID, FALLEN_OFF_THE_BUS, ~0u, ~0u};
        return OK;
      }
    nanosleep(&(struct timespec){0, 200000000}, NULL);
  }
  return TIMEOUT;
}

/*
 * A stand-in for NVIDIA's libcuda.so.1 on machines without a GPU: no driver, no hardware. It has as many "GPUs" as the file
 * named by DROVER_STAND_IN_GPUS (else /etc/drover-stand-in-gpus) lists, a line each:
 *
 *     GPU-uuid pci-address fault          fault: none, wrong (computes wrongly), slow, hang, gone (CUDA refuses it)
 *
 * It reads the PTX it is given and runs it, instruction by instruction, as NVIDIA's PTX ISA manual says, so what a kernel does
 * is really tried. Its speed is made up: 1000 GB/s and 60 TFLOPS, a tenth where slow; events tell made-up times.
 *
 *     cc -O3 -march=native -shared -fPIC -o libcuda.so.1 libcuda.c -lm
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int Code;
enum { OK = 0, INVALID = 1, NO_MEMORY = 2, NO_DEVICE = 100, INVALID_PTX = 218, NOT_FOUND = 500 };
enum { MOST = 16, OPS = 400, REGS = 32 };

static struct { char uuid[48], address[16], fault[8]; } gpus[MOST];
static int count;
static double clock_ms; /* made-up time of the one GPU in use */

typedef union { uint32_t u; float f; uint64_t d; } Word;
typedef struct { char name[28]; char kind; int reg; uint64_t value; } Operand;
typedef struct { char op[28], guard, target[16]; int guard_reg, to; Operand args[4]; int n; void *code; } Op;
typedef struct { char name[32], params[8][16]; int n_params; Op ops[OPS]; int n_ops; struct { char name[16]; int at; } labels[8]; int n_labels; } Kernel;
static Kernel kernels[8];
static int n_kernels;

static const char *list(void) {
  const char *path = getenv("DROVER_STAND_IN_GPUS");
  return path ? path : "/etc/drover-stand-in-gpus";
}

Code cuInit(unsigned flags) {
  (void)flags;
  FILE *file = fopen(list(), "r");
  if (!file) return NO_DEVICE;
  const char *visible = getenv("CUDA_VISIBLE_DEVICES");
  count = 0;
  while (count < MOST && fscanf(file, "%47s %15s %7s", gpus[count].uuid, gpus[count].address, gpus[count].fault) == 3) {
    if (strcmp(gpus[count].fault, "gone") == 0) continue;
    if (!visible || strstr(visible, gpus[count].uuid)) count++;
  }
  fclose(file);
  return count ? OK : NO_DEVICE;
}

Code cuGetErrorName(Code code, const char **name) {
  *name = code == NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : code == INVALID_PTX ? "CUDA_ERROR_INVALID_PTX" : code == NO_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_INVALID_VALUE";
  return OK;
}
Code cuDriverGetVersion(int *version) { *version = 13000; return OK; }
Code cuDeviceGetCount(int *n) { *n = count; return OK; }
Code cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal < count ? OK : INVALID; }
Code cuDeviceGetName(char *name, int length, int device) { (void)device; snprintf(name, length, "stand-in for a GPU"); return OK; }
Code cuDeviceGetPCIBusId(char *id, int length, int device) { snprintf(id, length, "%s", gpus[device].address); return OK; }
Code cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = (size_t)48 << 30; return OK; }
Code cuDeviceGetAttribute(int *value, int attribute, int device) { (void)device; *value = attribute == 16 ? 16 : 0; return OK; }
Code cuDeviceGetUuid(unsigned char *raw, int device) {
  const char *at = gpus[device].uuid + 4;
  for (int i = 0; i < 16; i++) {
    while (*at == '-') at++;
    unsigned byte;
    sscanf(at, "%2x", &byte);
    raw[i] = byte;
    at += 2;
  }
  return OK;
}
static int is(const char *fault) { return strcmp(gpus[0].fault, fault) == 0; }
Code cuDevicePrimaryCtxRetain(void **context, int device) {
  (void)device;
  if (is("hang")) pause();
  *context = &gpus[0];
  return OK;
}
Code cuCtxSetCurrent(void *context) { return context ? OK : INVALID; }
Code cuMemAlloc_v2(uint64_t *address, size_t size) { *address = (uint64_t)(uintptr_t)malloc(size); return *address ? OK : NO_MEMORY; }
Code cuMemFree_v2(uint64_t address) { free((void *)(uintptr_t)address); return OK; }
Code cuMemGetInfo_v2(size_t *available, size_t *total) { *available = (size_t)16 << 20; *total = (size_t)48 << 30; return OK; }
Code cuMemsetD32_v2(uint64_t address, unsigned value, size_t n) {
  for (size_t i = 0; i < n; i++) ((uint32_t *)(uintptr_t)address)[i] = value;
  return OK;
}
Code cuMemcpyDtoH_v2(void *to, uint64_t from, size_t size) { memcpy(to, (void *)(uintptr_t)from, size); return OK; }
Code cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t size, void *stream) {
  (void)stream;
  memcpy((void *)(uintptr_t)to, (void *)(uintptr_t)from, size);
  clock_ms += 2.0 * size / 1e6 / (is("slow") ? 100 : 1000);
  return OK;
}
Code cuEventCreate(void **event, unsigned flags) { (void)flags; *event = calloc(1, sizeof(double)); return OK; }
Code cuEventRecord(double *event, void *stream) { (void)stream; *event = clock_ms; return OK; }
Code cuEventSynchronize(void *event) { return event ? OK : INVALID; }
Code cuEventElapsedTime(float *ms, double *begin, double *end) { *ms = (float)(*end - *begin); return OK; }

static void operand(Operand *to, const char *text, Kernel *kernel) {
  memset(to, 0, sizeof *to);
  char inner[28] = "";
  if (text[0] == '[') sscanf(text, "[%27[^]]", inner);
  else snprintf(inner, sizeof inner, "%s", text);
  snprintf(to->name, sizeof to->name, "%s", inner);
  if (inner[0] == '%') {
    char bank[4] = "";
    if (sscanf(inner, "%%%3[a-z]%d", bank, &to->reg) == 2) { to->kind = bank[0] == 'r' && bank[1] == 'd' ? 'd' : bank[0]; return; }
    to->kind = 's';
  } else if (inner[0] == '0' && inner[1] == 'f') {
    to->kind = 'i';
    to->value = strtoul(inner + 2, NULL, 16);
  } else if (inner[0] >= '0' && inner[0] <= '9') {
    to->kind = 'i';
    to->value = strtoull(inner, NULL, 0);
  } else {
    to->kind = 'p';
    for (to->reg = kernel->n_params - 1; to->reg >= 0 && strcmp(kernel->params[to->reg], inner); to->reg--) {}
  }
}

/* One statement: "@%p1 bra DONE", "xor.b32 %r8, %r6, %r2", "AGAIN:" */
static int statement(Kernel *kernel, char *line) {
  if (line[strlen(line) - 1] == ':') {
    line[strlen(line) - 1] = 0;
    snprintf(kernel->labels[kernel->n_labels].name, 16, "%s", line);
    kernel->labels[kernel->n_labels++].at = kernel->n_ops;
    return 1;
  }
  if (line[0] == '.') return 1;
  if (kernel->n_ops == OPS) return 0;
  Op *op = &kernel->ops[kernel->n_ops++];
  if (line[0] == '@') {
    op->guard = line[1] == '!' ? '!' : '@';
    sscanf(line, op->guard == '!' ? "@!%%p%d" : "@%%p%d", &op->guard_reg);
    line = strchr(line, ' ') + 1;
  }
  char *rest = strchr(line, ' ');
  if (rest) *rest++ = 0;
  snprintf(op->op, sizeof op->op, "%s", line);
  if (strcmp(op->op, "bra") == 0) { snprintf(op->target, sizeof op->target, "%s", rest); return 1; }
  for (char *part = rest ? strtok(rest, ", ") : NULL; part; part = strtok(NULL, ", ")) operand(&op->args[op->n++], part, kernel);
  return 1;
}

Code cuModuleLoadData(void **module, const char *ptx) {
  char *text = strdup(ptx), *save = NULL;
  Kernel *kernel = NULL;
  for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    while (*line == ' ') line++;
    if (strncmp(line, ".visible .entry ", 16) == 0) {
      kernel = &kernels[n_kernels++];
      sscanf(line + 16, "%31[^(]", kernel->name);
      for (char *at = strstr(line, "p_"); at; at = strstr(at + 1, " p_") ? strstr(at + 1, " p_") + 1 : NULL) sscanf(at, "%15[^,)]", kernel->params[kernel->n_params++]);
      continue;
    }
    if (!kernel || *line == '{' || *line == '}' || !*line) continue;
    char *end = strrchr(line, ';');
    if (end) *end = 0;
    if (!statement(kernel, line)) return INVALID_PTX;
  }
  for (int k = 0; k < n_kernels; k++)
    for (int i = 0; i < kernels[k].n_ops; i++)
      for (int l = 0; l < kernels[k].n_labels; l++)
        if (strcmp(kernels[k].ops[i].target, kernels[k].labels[l].name) == 0) kernels[k].ops[i].to = kernels[k].labels[l].at;
  free(text);
  *module = kernels;
  return n_kernels ? OK : INVALID_PTX;
}

Code cuModuleGetFunction(void **function, void *module, const char *name) {
  (void)module;
  for (int i = 0; i < n_kernels; i++)
    if (strcmp(kernels[i].name, name) == 0) { *function = &kernels[i]; return OK; }
  return NOT_FOUND;
}

enum { LDP64 = 1, LDP32, CVTA, MOVS, MOV, MAD, MUL, WIDE, XOR, SHR, ADD, ADD64, GE, NE, BRA, LD, ST, RED, FMA, FADD, RET };
static const struct { const char *name; int code; } known[] = {
  {"ld.param.u64", LDP64}, {"ld.param.u32", LDP32}, {"cvta.to.global.u64", CVTA}, {"mov.u32", MOV}, {"mov.f32", MOV},
  {"mad.lo.u32", MAD}, {"mul.lo.u32", MUL}, {"mul.wide.u32", WIDE}, {"xor.b32", XOR}, {"shr.u32", SHR}, {"add.u32", ADD},
  {"add.s64", ADD64}, {"setp.ge.u32", GE}, {"setp.ne.u32", NE}, {"bra", BRA}, {"ld.global.u32", LD}, {"st.global.u32", ST},
  {"st.global.f32", ST}, {"red.global.add.u32", RED}, {"fma.rn.f32", FMA}, {"add.rn.f32", FADD}, {"ret", RET},
};

static int decode(Op *op) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(op->op, known[i].name) == 0) return known[i].code;
  fprintf(stderr, "stand-in libcuda: unknown instruction %s\n", op->op);
  return 0;
}

static int run(Kernel *kernel, void **params, unsigned block, unsigned thread, unsigned grid, unsigned size) {
  Word r[REGS] = {{0}}, d[REGS] = {{0}}, f[REGS] = {{0}};
  int p[8] = {0};
#define U(k) (op->args[k].kind == 'r' ? r[op->args[k].reg].u : (uint32_t)op->args[k].value)
#define F(k) f[op->args[k].reg].f
#define D(k) d[op->args[k].reg].d
#define AT(k) ((uint32_t *)(uintptr_t)D(k))
  for (int at = 0; at < kernel->n_ops; at++) {
    Op *op = &kernel->ops[at];
    if (op->guard && (p[op->guard_reg] != 0) != (op->guard == '@')) continue;
    if (!op->code) op->code = (void *)(intptr_t)decode(op);
    uint32_t *to = &r[op->args[0].reg].u;
    switch ((int)(intptr_t)op->code) {
      case LDP64: D(0) = *(uint64_t *)params[op->args[1].reg]; break;
      case LDP32: *to = *(uint32_t *)params[op->args[1].reg]; break;
      case CVTA: D(0) = D(1); break;
      case MOV:
        if (op->args[0].kind == 'f') f[op->args[0].reg].u = (uint32_t)op->args[1].value;
        else if (op->args[1].kind != 's') *to = U(1);
        else if (strcmp(op->args[1].name, "%ctaid.x") == 0) *to = block;
        else if (strcmp(op->args[1].name, "%ntid.x") == 0) *to = size;
        else if (strcmp(op->args[1].name, "%nctaid.x") == 0) *to = grid;
        else *to = thread;
        break;
      case MAD: *to = U(1) * U(2) + U(3); break;
      case MUL: *to = U(1) * U(2); break;
      case WIDE: D(0) = (uint64_t)U(1) * U(2); break;
      case XOR: *to = U(1) ^ U(2); break;
      case SHR: *to = U(1) >> U(2); break;
      case ADD: *to = U(1) + U(2); break;
      case ADD64: D(0) = D(1) + D(2); break;
      case GE: p[op->args[0].reg] = U(1) >= U(2); break;
      case NE: p[op->args[0].reg] = U(1) != U(2); break;
      case BRA: at = op->to - 1; break;
      case LD: *to = *AT(1); break;
      case ST: *AT(0) = op->args[1].kind == 'f' ? f[op->args[1].reg].u : U(1); break;
      case RED: *AT(0) += U(1); break;
      case FMA: F(0) = fmaf(F(1), F(2), F(3)); break;
      case FADD: F(0) = F(1) + F(2); break;
      case RET: return OK;
      default: return INVALID_PTX;
    }
  }
  return OK;
}

Code cuLaunchKernel(Kernel *kernel, unsigned grid, unsigned gy, unsigned gz, unsigned size, unsigned by, unsigned bz, unsigned shared, void *stream, void **params, void **extra) {
  (void)gy; (void)gz; (void)by; (void)bz; (void)shared; (void)stream; (void)extra;
  int burns = strcmp(kernel->name, "drover_burn") == 0;
  clock_ms += burns ? 1e3 * grid * size * *(uint32_t *)params[1] * 128 / (is("slow") ? 6e12 : 60e12) : 1;
  /* All threads of that kernel do the same long work: one does it, the others get its result. */
  for (unsigned b = 0; b < (burns ? 1 : grid); b++)
    for (unsigned t = 0; t < (burns ? 1 : size); t++) {
      Code code = run(kernel, params, b, t, grid, size);
      if (code) return code;
    }
  uint32_t *out = *(uint32_t **)params[0];
  if (burns) for (unsigned i = 1; i < grid * size; i++) out[i] = out[0];
  if (is("wrong") && burns) out[7] ^= 1;
  return OK;
}

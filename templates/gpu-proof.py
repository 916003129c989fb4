"""Proves NVIDIA GPUs: has each one compute, checks every result, and measures it.

    python3 gpu-proof.py [--seconds S] [--visible] [GPU-uuid[=address,GB/s,TFLOPS] ...]

With --visible, or without UUIDs, all GPUs that CUDA shows; behind a UUID stands what is expected of it at least. Needs nothing but python3 and what a driver brings (libcuda.so.1). Each GPU is
proven in a process of its own that sees this one GPU, all of them at once. Prints one line of JSON per GPU, and what is
wrong once more on stderr; ends with 0 if all are well, 1 if one is not, 2 if CUDA does not start at all.
"""
import ctypes
import json
import os
import random
import select
import signal
import sys
import time

MIB = 1 << 20
BLOCK = 256
CHAINS = 16
UNROLL = 4

# The element i of a pattern: index and seed, well mixed. %r6 is i, %r2 the seed; the value ends in %r8.
MIX = """
  xor.b32 %r8, %r6, %r2;
  mul.lo.u32 %r8, %r8, 0x9E3779B1;
  shr.u32 %r9, %r8, 15;
  xor.b32 %r8, %r8, %r9;
  mul.lo.u32 %r8, %r8, 0x85EBCA77;
  shr.u32 %r9, %r8, 13;
  xor.b32 %r8, %r8, %r9;
"""

# Every thread goes over its share: from %r6, its own number, in steps of %r7, the number of all threads, to %r1.
WALK = """
  .reg .pred %p<3>;
  .reg .b32 %r<16>;
  .reg .b64 %rd<10>;
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mad.lo.u32 %r6, %r3, %r4, %r5;
  mov.u32 %r7, %nctaid.x;
  mul.lo.u32 %r7, %r7, %r4;
"""


def walking(name, params, before, body):
    """A kernel that does `body` for each element; %rd4 is the element's offset in bytes."""
    listed = ", ".join(".param .%s p_%s" % (kind, param) for kind, param in params)
    return """
.visible .entry %s(%s)
{%s%s
AGAIN:
  setp.ge.u32 %%p1, %%r6, %%r1;
  @%%p1 bra DONE;
  mul.wide.u32 %%rd4, %%r6, 4;
%s
NEXT:
  add.u32 %%r6, %%r6, %%r7;
  bra AGAIN;
DONE:
  ret;
}
""" % (name, listed, WALK, before, body)


def pointer(register, param):
    return "  ld.param.u64 %s, [p_%s];\n  cvta.to.global.u64 %s, %s;\n" % (register, param, register, register)


def burn():
    """Chains of multiply-add that do not wait for each other: all threads begin alike, so all must end alike."""
    chains = range(CHAINS)
    begin = "".join("  mov.f32 %%f%d, 0f%08X;\n" % (c, 0x3F800000 + c * 0x00080000) for c in chains)
    step = "".join("  fma.rn.f32 %%f%d, %%f%d, %%f20, %%f21;\n" % (c, c) for c in chains)
    total = "".join("  add.rn.f32 %%f0, %%f0, %%f%d;\n" % c for c in chains if c > 0)
    return """
.visible .entry drover_burn(.param .u64 p_out, .param .u32 p_rounds)
{%s  .reg .f32 %%f<24>;
%s  ld.param.u32 %%r1, [p_rounds];
  mov.f32 %%f20, 0f3F7FF972;
  mov.f32 %%f21, 0f38D1B717;
%s  mov.u32 %%r8, 0;
AGAIN:
  setp.ge.u32 %%p1, %%r8, %%r1;
  @%%p1 bra DONE;
%s  add.u32 %%r8, %%r8, 1;
  bra AGAIN;
DONE:
%s  mul.wide.u32 %%rd4, %%r6, 4;
  add.s64 %%rd5, %%rd1, %%rd4;
  st.global.f32 [%%rd5], %%f0;
  ret;
}
""" % (WALK, pointer("%rd1", "out"), begin, step * UNROLL, total)


COUNT = "  ld.param.u32 %r1, [p_count];\n"
SEED = "  ld.param.u32 %r2, [p_seed];\n"
COUNT_BAD = "  @!%p2 bra NEXT;\n  red.global.add.u32 [%rd2], 1;"

# PTX is NVIDIA's assembler for no particular GPU: the driver translates it for the one at hand, from Maxwell to the newest.
KERNELS = (
    ".version 6.0\n.target sm_50\n.address_size 64\n"
    + walking(
        "drover_fill",
        [("u64", "out"), ("u32", "count"), ("u32", "seed")],
        pointer("%rd1", "out") + COUNT + SEED,
        MIX + "  add.s64 %rd5, %rd1, %rd4;\n  st.global.u32 [%rd5], %r8;",
    )
    + walking(
        "drover_check",
        [("u64", "in"), ("u32", "count"), ("u32", "seed"), ("u64", "bad")],
        pointer("%rd1", "in") + pointer("%rd2", "bad") + COUNT + SEED,
        MIX
        + "  add.s64 %rd5, %rd1, %rd4;\n  ld.global.u32 %r10, [%rd5];\n  setp.ne.u32 %p2, %r10, %r8;\n"
        + COUNT_BAD,
    )
    + walking(
        "drover_add",
        [("u64", "one"), ("u64", "other"), ("u64", "out"), ("u32", "count")],
        pointer("%rd1", "one") + pointer("%rd2", "other") + pointer("%rd3", "out") + COUNT,
        "  add.s64 %rd5, %rd1, %rd4;\n  ld.global.u32 %r10, [%rd5];\n"
        "  add.s64 %rd6, %rd2, %rd4;\n  ld.global.u32 %r11, [%rd6];\n"
        "  add.u32 %r10, %r10, %r11;\n  add.s64 %rd7, %rd3, %rd4;\n  st.global.u32 [%rd7], %r10;",
    )
    + walking(
        "drover_same",
        [("u64", "in"), ("u32", "count"), ("u64", "bad")],
        pointer("%rd1", "in") + pointer("%rd2", "bad") + COUNT + "  ld.global.u32 %r8, [%rd1];\n",
        "  add.s64 %rd5, %rd1, %rd4;\n  ld.global.u32 %r10, [%rd5];\n  setp.ne.u32 %p2, %r10, %r8;\n" + COUNT_BAD,
    )
    + burn()
)


def mix(index, seed):
    """What drover_fill writes, computed here."""
    value = ((index ^ seed) * 0x9E3779B1) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 0x85EBCA77) & 0xFFFFFFFF
    return value ^ (value >> 13)


class Wrong(Exception):
    """The GPU did not do what it should; the text says what."""


class Cuda:
    """CUDA's driver interface, by its functions' own names, with errors as exceptions."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise Wrong("libcuda.so.1 cannot be loaded: %s" % error)

    def __getattr__(self, name):
        function = getattr(self.library, name)

        def call(*arguments):
            code = function(*arguments)
            if code != 0:
                raise Wrong("%s: %s" % (name, self.explain(code)))

        return call

    def explain(self, code):
        name = ctypes.c_char_p()
        if self.library.cuGetErrorName(code, ctypes.byref(name)) == 0 and name.value:
            return name.value.decode("ascii", "replace")
        return "error %d" % code

    def number(self, function, *arguments, kind=ctypes.c_int):
        value = kind()
        getattr(self, function)(ctypes.byref(value), *arguments)
        return value.value

    def text(self, function, length, *arguments):
        buffer = ctypes.create_string_buffer(length)
        getattr(self, function)(buffer, length, *arguments)
        return buffer.value.decode("utf-8", "replace")

    def uuid(self, device):
        raw = (ctypes.c_ubyte * 16)()
        getattr(self, "cuDeviceGetUuid")(ctypes.byref(raw), device)
        digits = bytes(raw).hex()
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return "GPU-" + "-".join(parts)


class Gpu:
    """One GPU with its memory, kernels and clock."""

    def __init__(self, cuda, device):
        self.cuda = cuda
        self.device = device
        context = ctypes.c_void_p()
        cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device)
        cuda.cuCtxSetCurrent(context)
        self.module = ctypes.c_void_p()
        cuda.cuModuleLoadData(ctypes.byref(self.module), KERNELS.encode("ascii"))
        self.processors = cuda.number("cuDeviceGetAttribute", 16, device)
        self.bad = self.allocate(4)

    def allocate(self, size):
        address = ctypes.c_uint64()
        self.cuda.cuMemAlloc_v2(ctypes.byref(address), ctypes.c_size_t(size))
        return address

    def launch(self, name, grid, *values):
        function = ctypes.c_void_p()
        self.cuda.cuModuleGetFunction(ctypes.byref(function), self.module, name.encode("ascii"))
        cells = [v if isinstance(v, ctypes.c_uint64) else ctypes.c_uint32(v) for v in values]
        pointers = (ctypes.c_void_p * len(cells))(*[ctypes.addressof(cell) for cell in cells])
        self.cuda.cuLaunchKernel(function, grid, 1, 1, BLOCK, 1, 1, 0, None, pointers, None)

    def read(self, address, count, first=0):
        words = (ctypes.c_uint32 * count)()
        source = ctypes.c_uint64(address.value + 4 * first)
        self.cuda.cuMemcpyDtoH_v2(words, source, ctypes.c_size_t(4 * count))
        return list(words)

    def counted(self, name, *values):
        """Runs a kernel that counts what is wrong."""
        self.cuda.cuMemsetD32_v2(self.bad, 0, ctypes.c_size_t(1))
        self.launch(name, self.processors * 8, *values, self.bad)
        return self.read(self.bad, 1)[0]

    def timed(self, work):
        """Seconds that the GPU itself took for `work`."""
        begin, end = ctypes.c_void_p(), ctypes.c_void_p()
        for event in (begin, end):
            self.cuda.cuEventCreate(ctypes.byref(event), 0)
        self.cuda.cuEventRecord(begin, None)
        work()
        self.cuda.cuEventRecord(end, None)
        self.cuda.cuEventSynchronize(end)
        took = ctypes.c_float()
        self.cuda.cuEventElapsedTime(ctypes.byref(took), begin, end)
        return max(took.value, 0.001) / 1000


def prove_results(gpu, seed):
    """A kernel adds two patterns; samples are added up here too. Everything else is checked where it lies."""
    count = 1 << 18
    one, other, total = (gpu.allocate(4 * count) for _ in range(3))
    grid = gpu.processors * 8
    gpu.launch("drover_fill", grid, one, count, seed)
    gpu.launch("drover_fill", grid, other, count, seed + 1)
    gpu.launch("drover_add", grid, one, other, total, count)
    starts = [0, count - 64] + [random.randrange(count - 64) for _ in range(62)]
    for start in starts:
        for offset, value in enumerate(gpu.read(total, 64, start)):
            index = start + offset
            if value != (mix(index, seed) + mix(index, seed + 1)) & 0xFFFFFFFF:
                raise Wrong("a kernel computed wrongly: element %d is %08x" % (index, value))
    wrong = gpu.counted("drover_check", one, count, seed)
    if wrong != 0:
        raise Wrong("%d of %d words in memory are wrong" % (wrong, count))
    if gpu.counted("drover_check", one, count, seed + 1) < count // 2:
        raise Wrong("a kernel did not find what is wrong on purpose")
    for address in (one, other, total):
        gpu.cuda.cuMemFree_v2(address)


def measure_memory(gpu, seed):
    """10^9 bytes a second, read and written; what was copied is checked."""
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    gpu.cuda.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total))
    size = min(1024 * MIB, free.value // 4) // MIB * MIB
    if size < 4 * MIB:
        raise Wrong("only %d MiB of its memory are free: another program uses it" % (free.value // MIB))
    source, target = gpu.allocate(size), gpu.allocate(size)
    words = size // 4
    gpu.launch("drover_fill", gpu.processors * 8, source, words, seed)

    def copy():
        for _ in range(10):
            gpu.cuda.cuMemcpyDtoDAsync_v2(target, source, ctypes.c_size_t(size), None)

    gpu.timed(copy)
    took = min(gpu.timed(copy) for _ in range(3))
    wrong = gpu.counted("drover_check", target, words, seed)
    if wrong != 0:
        raise Wrong("%d of %d words changed while they were copied" % (wrong, words))
    gpu.cuda.cuMemFree_v2(source)
    gpu.cuda.cuMemFree_v2(target)
    return 10 * 2 * size / took / 1e9


def measure_burn(gpu, seconds):
    """10^12 multiplications and additions a second, for some seconds; every thread must find the same."""
    grid = gpu.processors * 32
    threads = grid * BLOCK
    out = gpu.allocate(4 * threads)
    rounds = 256
    took = gpu.timed(lambda: gpu.launch("drover_burn", grid, out, rounds))
    while took < 0.05 and rounds < 1 << 24:
        rounds *= 2
        took = gpu.timed(lambda: gpu.launch("drover_burn", grid, out, rounds))
    expected = gpu.read(out, 1)[0]
    done, busy = 0, 0.0
    deadline = time.monotonic() + seconds
    while busy == 0.0 or time.monotonic() < deadline:
        busy += gpu.timed(lambda: gpu.launch("drover_burn", grid, out, rounds))
        done += rounds
        wrong = gpu.counted("drover_same", out, threads)
        if wrong != 0 or gpu.read(out, 1)[0] != expected:
            raise Wrong("under load %d of %d threads computed wrongly" % (max(wrong, 1), threads))
    gpu.cuda.cuMemFree_v2(out)
    return done * threads * CHAINS * UNROLL * 2 / busy / 1e12


def judged(result, expected):
    """What is much slower than its model is broken too, or not alone."""
    checks = (("bandwidthGBs", "GB/s of memory bandwidth"), ("fp32Tflops", "TFLOPS"))
    for (key, unit), least in zip(checks, expected[1:]):
        if least > 0 and result[key] < least:
            return dict(result, ok=False, error="it does %s %s, of its model %s are expected at least" % (result[key], unit, least))
    return dict(result, ok=True)


def prove(uuid, seconds, expected):
    """All that is to be said of the one GPU that this process sees."""
    cuda = Cuda()
    cuda.cuInit(0)
    if cuda.number("cuDeviceGetCount") != 1:
        raise Wrong("CUDA does not show this GPU alone, although asked for it by its UUID")
    device = cuda.number("cuDeviceGet", 0)
    if cuda.uuid(device) != uuid:
        raise Wrong("CUDA shows %s instead" % cuda.uuid(device))
    result = {
        "uuid": uuid,
        "name": cuda.text("cuDeviceGetName", 100, device),
        "address": cuda.text("cuDeviceGetPCIBusId", 32, device).lower(),
        "memoryMiB": cuda.number("cuDeviceTotalMem_v2", device, kind=ctypes.c_size_t) // MIB,
        "cuda": cuda.number("cuDriverGetVersion"),
    }
    gpu = Gpu(cuda, device)
    seed = random.randrange(1 << 31)
    prove_results(gpu, seed)
    result["bandwidthGBs"] = round(measure_memory(gpu, seed), 1)
    result["fp32Tflops"] = round(measure_burn(gpu, seconds), 2)
    return judged(result, expected)


def visible():
    """The UUIDs of all GPUs that CUDA shows here."""
    cuda = Cuda()
    cuda.cuInit(0)
    return [cuda.uuid(cuda.number("cuDeviceGet", i)) for i in range(cuda.number("cuDeviceGetCount"))]


def apart(work, deadline_s):
    """Starts `work` in a process of its own, as CUDA reads its settings once; its result comes through the pipe."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            said = json.dumps(work())
        except Wrong as error:
            said = json.dumps({"ok": False, "error": str(error)})
        except BaseException as error:  # whatever it is, it is told
            said = json.dumps({"ok": False, "error": "%s: %s" % (type(error).__name__, error)})
        os.write(write_end, said.encode("utf-8"))
        os._exit(0)
    os.close(write_end)
    return {"child": child, "pipe": read_end, "deadline": time.monotonic() + deadline_s}


def collect(running):
    """What a process said; one that hangs is killed: a GPU that is gone can block CUDA for ever."""
    said = b""
    while True:
        left = running["deadline"] - time.monotonic()
        ready = select.select([running["pipe"]], [], [], max(0, left))[0]
        piece = os.read(running["pipe"], 65536) if ready else b""
        if not piece:
            break
        said += piece
    if not ready:
        os.kill(running["child"], signal.SIGKILL)
    os.close(running["pipe"])
    # A process that hangs in the kernel cannot be waited for; the system takes it over when we end.
    os.waitpid(running["child"], os.WNOHANG if not ready else 0)
    if not ready:
        return {"ok": False, "error": "it did not answer in time"}
    try:
        return json.loads(said)
    except ValueError:
        return {"ok": False, "error": "the program on it died"}


def expectation(word):
    """`GPU-uuid=0000:41:00.0,518.4,36.6` as UUID and (address, GB/s, TFLOPS)."""
    uuid, _, rest = word.partition("=")
    address, bandwidth, flops = (rest.split(",") + ["", "", ""])[:3]
    return uuid, (address, float(bandwidth or 0), float(flops or 0))


def tell(result, expected):
    """One GPU's result, for programs and for people."""
    known = dict(result, address=result.get("address") or expected[0])
    print(json.dumps(known))
    if not known["ok"]:
        print("gpu %s failed: %s" % (known["address"] or known.get("uuid", "?"), known["error"]), file=sys.stderr)
    return known["ok"]


def main(arguments):
    seconds = 3.0
    if arguments[:1] == ["--seconds"]:
        seconds, arguments = float(arguments[1]), arguments[2:]
    expected = dict(expectation(word) for word in arguments if word != "--visible")
    nothing = ("", 0.0, 0.0)
    uuids = list(expected)
    if "--visible" in arguments or not uuids:
        uuids = collect(apart(visible, 60))
        if isinstance(uuids, dict):
            tell(uuids, nothing)
            return 2

    def pinned(uuid):
        def work():
            os.environ["CUDA_VISIBLE_DEVICES"] = uuid
            return prove(uuid, seconds, expected.get(uuid, nothing))

        return work

    running = [(uuid, apart(pinned(uuid), 120 + 10 * seconds)) for uuid in uuids]
    results = [(uuid, dict(collect(one), uuid=uuid)) for uuid, one in running]
    return 0 if all([tell(result, expected.get(uuid, nothing)) for uuid, result in results]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

// Counts the system calls of chosen threads, without a tracer: a filter of the thread's own (seccomp) lets io_uring_enter
// pass and traps every other call. The handler counts it by its number and then makes it, from one instruction whose
// address the filter knows. The thread's work is the same, a call is some microseconds dearer, io_uring costs what the
// filter's few instructions cost. A filter stays until its thread ends.
#define _GNU_SOURCE
#include "CHeap.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static uint64_t counts[HEAP_SLOTS][HEAP_SYSCALLS];
static __thread int my_slot __attribute__((tls_model("initial-exec"))) = -1;

#if defined(__x86_64__)
extern const char needletail_syscall_end[];
long needletail_syscall(long number, long a, long b, long c, long d, long e, long f);
__asm__(".text\n"
        ".globl needletail_syscall\n.hidden needletail_syscall\n.type needletail_syscall,@function\n"
        "needletail_syscall:\n"
        "  mov %rdi, %rax\n  mov %rsi, %rdi\n  mov %rdx, %rsi\n  mov %rcx, %rdx\n  mov %r8, %r10\n  mov %r9, %r8\n"
        "  mov 8(%rsp), %r9\n  syscall\n"
        ".globl needletail_syscall_end\n.hidden needletail_syscall_end\n"
        "needletail_syscall_end:\n  ret\n"
        ".size needletail_syscall, .-needletail_syscall\n");

static void trapped(int signal, siginfo_t *info, void *context) {
    (void)signal;
    ucontext_t *interrupted = context;
    greg_t *r = interrupted->uc_mcontext.gregs;
    unsigned number = (unsigned)info->si_syscall;
    if (my_slot >= 0) __atomic_fetch_add(&counts[my_slot][number < HEAP_SYSCALLS ? number : HEAP_SYSCALLS - 1], 1, __ATOMIC_RELAXED);
    r[REG_RAX] = needletail_syscall(number, r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]);
    if (number == SYS_rt_sigprocmask) {
        // What is masked is put back when this returns, so it is changed there; a blocked SIGSYS would end the process.
        uint64_t mask = 0;
        needletail_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&mask, sizeof mask, 0, 0);
        mask &= ~(1ull << (SIGSYS - 1));
        memcpy(&interrupted->uc_sigmask, &mask, sizeof mask);
    }
}

int heap_count_syscalls(int slot) {
    if (slot < 0 || slot >= HEAP_SLOTS) return EINVAL;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = trapped;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    if (sigaction(SIGSYS, &action, NULL) != 0) return errno;
    uint64_t end = (uintptr_t)needletail_syscall_end;
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_enter, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 5, 0), // of the handler itself
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)end, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(end >> 32), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    my_slot = slot;
    memset(counts[slot], 0, sizeof counts[slot]);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}
#else
int heap_count_syscalls(int slot) { (void)slot; return ENOSYS; }
#endif

uint64_t heap_read_syscalls(int slot, int number) {
    if (slot < 0 || slot >= HEAP_SLOTS || number < 0 || number >= HEAP_SYSCALLS) return 0;
    return __atomic_load_n(&counts[slot][number], __ATOMIC_RELAXED);
}

int32_t heap_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

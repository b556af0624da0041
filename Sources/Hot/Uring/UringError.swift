internal import CUring

/// Why the kernel would not give us an io_uring, with the cause and the cure in words for the operator.
public enum UringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kernel has no io_uring at all (ENOSYS), or a seccomp filter pretends so.
    case notImplemented
    /// Refused (EPERM or EACCES). `sysctl` is kernel.io_uring_disabled: 0, 1, 2, or -1 when it cannot be read.
    case refused(sysctl: Int32)
    /// The kernel knows io_uring but not what we ask of it (DEFER_TASKRUN and multishot receive: 6.1 or newer).
    case kernelTooOld
    /// Locked or plain memory ran out.
    case outOfMemory
    /// Any other errno.
    case other(errno: Int32)

    init(negativeErrno: Int32) {
        switch -negativeErrno {
        case 38: self = .notImplemented
        case 1, 13: self = .refused(sysctl: cu_sysctl_disabled())
        case 22: self = .kernelTooOld
        case 12: self = .outOfMemory
        default: self = .other(errno: -negativeErrno)
        }
    }

    public var description: String {
        switch self {
        case .notImplemented:
            """
            This system answers that io_uring does not exist (ENOSYS). Cause: a kernel without it, or a container whose \
            seccomp profile hides it. Cure: Linux 6.1 or newer; in a container allow io_uring_setup, io_uring_enter and \
            io_uring_register (for Docker: --security-opt seccomp=PROFILE with these three added).
            """
        case .refused(sysctl: let value) where value >= 1:
            """
            The kernel refuses io_uring: kernel.io_uring_disabled is \(value). Cure: as root, \
            `sysctl -w kernel.io_uring_disabled=0`, and the same line in /etc/sysctl.d/ to keep it\
            \(value == 1 ? "; or put this user into the group named by kernel.io_uring_group" : "").
            """
        case .refused:
            """
            io_uring is refused (EPERM) although kernel.io_uring_disabled does not forbid it. Cause: most likely the \
            seccomp profile of a container. Cure: allow io_uring_setup, io_uring_enter and io_uring_register in it \
            (for Docker: --security-opt seccomp=PROFILE with these three added), or run outside the container.
            """
        case .kernelTooOld:
            "The kernel's io_uring lacks SINGLE_ISSUER, DEFER_TASKRUN or buffer rings. Cure: Linux 6.1 or newer."
        case .outOfMemory:
            "No memory for the io_uring. Cure: raise the memory limit (`ulimit -l`, the container's limit) or use fewer buffers."
        case .other(let errno):
            unsafe "io_uring could not be set up: \(String(cString: cu_error_text(errno))) (errno \(errno))."
        }
    }
}

/** The Linux kernel and the native codecs as Java objects, through the foreign function API. */
// "module": the qualified exports name a module that is built after this one.
@SuppressWarnings("module")
module io.predicomp.os {
  // Both carry the native libraries whose C symbols the codecs are bound to.
  requires com.github.luben.zstd_jni;
  requires org.lz4.java;

  exports io.predicomp.os;
  exports io.predicomp.os.bpf;
  exports io.predicomp.os.damon;
  exports io.predicomp.os.feature;
  exports io.predicomp.os.memory;
  exports io.predicomp.os.pressure;
  exports io.predicomp.os.process;
  exports io.predicomp.os.socket;

  // Reads and writes any address of the process without a bounds check: only the arena, which
  // checks bounds itself on its access path, may hold it.
  exports io.predicomp.os.address to
      io.predicomp.arena;

  // Handles of native memory: using one that is closed crashes the process.
  exports io.predicomp.os.fault to
      io.predicomp.arena;

  // The codecs' C functions on bare addresses, for whose memory the caller answers.
  exports io.predicomp.os.codec to
      io.predicomp.arena;
}

;; A greeter by the C ABI that breaks its rules in the way that the name says:
;; `null` gets a null pointer, `outside` one beyond the end of linear memory,
;; `endless` a string that no NUL ends, `latin` one that is not UTF-8, and any
;; other name itself. `add` returns how many strings were freed.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "Zo\eb\00")
  (global $freed (mut i32) (i32.const 0))
  (func (export "custom_greet") (param $name i32) (result i32)
    (local $first i32)
    (local.set $first (i32.load8_u (local.get $name)))
    (if (i32.eq (local.get $first) (i32.const 0x6e)) ;; n
      (then (return (i32.const 0))))
    (if (i32.eq (local.get $first) (i32.const 0x6f)) ;; o
      (then (return (i32.const -16))))
    (if (i32.eq (local.get $first) (i32.const 0x65)) ;; e
      (then
        ;; A new page at the end, full of the letter A.
        (memory.fill
          (i32.mul (memory.grow (i32.const 1)) (i32.const 65536))
          (i32.const 0x41)
          (i32.const 65536))
        (return (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))))
    (if (i32.eq (local.get $first) (i32.const 0x6c)) ;; l
      (then (return (i32.const 16))))
    (local.get $name))
  (func (export "free_string") (param i32)
    (global.set $freed (i32.add (global.get $freed) (i32.const 1))))
  (func (export "add") (param i32 i32) (result i32)
    (global.get $freed)))

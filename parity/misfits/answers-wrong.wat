;; Greets everybody with `Goodbye`, and saturates instead of wrapping at the top.
(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 16) "Goodbye")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 1024)
    (func (export "greet") (param i32 i32) (result i32)
      ;; What is returned is where the pointer and the length stand.
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (i32.const 7))
      i32.const 0)
    (func (export "add") (param i32 i32) (result i32)
      (select
        (i32.const 2147483647)
        (i32.add (local.get 0) (local.get 1))
        (i64.gt_s
          (i64.add (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1)))
          (i64.const 2147483647)))))
  (core instance $i (instantiate $m))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $i "greet")
      (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (func (export "add") (param "a" s32) (param "b" s32) (result s32)
    (canon lift (core func $i "add"))))

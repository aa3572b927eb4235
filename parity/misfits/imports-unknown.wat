;; Imports an interface that no host of the lesson offers; else as it should be.
(component
  (import "acme:weather/forecast@1.0.0" (instance
    (export "tomorrow" (func (result string)))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 1024)
    (func (export "greet") (param i32 i32) (result i32)
      unreachable)
    (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $i "greet")
      (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (func (export "add") (param "a" s32) (param "b" s32) (result s32)
    (canon lift (core func $i "add"))))

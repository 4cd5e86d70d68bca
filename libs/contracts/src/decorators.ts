import 'reflect-metadata';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUUID, MaxLength, Min, MinLength } from 'class-validator';

type Decorator = PropertyDecorator;
const all = (...decorators: Decorator[]): Decorator => (target, key) => decorators.forEach((one) => one(target, key));

export interface ContractOptions<Message> {
  readonly topic: string;
  readonly type?: string;
  readonly key?: (message: Message) => string;
}
export const Contract = <M>(_: ContractOptions<M>): ClassDecorator => () => undefined;
export const Amount = (): Decorator => IsString();
export const SignedAmount = (): Decorator => IsString();
export const BusinessId = (): Decorator => IsString();
export const Slug = (): Decorator => IsString();
export const InstantText = (): Decorator => IsString();
export const LocalDate = (): Decorator => IsString();
export const DecimalText = (_decimals: number): Decorator => IsString();
export const Rate = (): Decorator => IsString();
export const Text = (max: number): Decorator => all(IsString(), MinLength(1), MaxLength(max));
export const Uuid = (): Decorator => IsUUID();
export const Count = (): Decorator => all(IsInt(), Min(0));
export const Flag = (): Decorator => IsBoolean();
export const OneOf = (values: readonly unknown[]): Decorator => IsIn([...values]);
export const Optional = (): Decorator => IsOptional();
export const Part = (_type: () => unknown): Decorator => () => undefined;
export const ListOf = (_type: () => unknown, _max: number, _min = 1): Decorator => () => undefined;
